#include "drivers/neighbours/pair_weights.hpp"

#include <array>
#include <cmath>
#include <numeric>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::array<std::string_view, 3> names{"none", "tfidf", "bm25"};

/// Factor of each item's pairs that does not depend on the user, for BM25: k1 (1 - b + b length / mean length).
std::vector<double> saturation(PairTable const& histories, std::int64_t items, PairWeightParams const& params) {
  std::vector<double> length(static_cast<std::size_t>(items), 0.0);
  for (std::size_t k = 0; k < histories.column.size(); ++k) {
    length[static_cast<std::size_t>(histories.column[k])] += histories.weight.empty() ? 1 : histories.weight[k];
  }
  double const mean = std::accumulate(length.begin(), length.end(), 0.0) / static_cast<double>(items);
  for (double& one : length) one = params.bm25_k1 * (1 - params.bm25_b + params.bm25_b * one / mean);
  return length;
}

}  // namespace

std::string_view name_of(ItemWeighting weighting) { return names[static_cast<std::size_t>(weighting)]; }

ItemWeighting item_weighting_named(std::string const& name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<ItemWeighting>(i);
  }
  throw ConfigError("--weighting: expected none, tfidf or bm25; found '" + name + "'");
}

bool is_plain(PairWeightParams const& params, PairTable const& histories) {
  return params.weighting == ItemWeighting::none && params.user_exponent == 0 && histories.weight.empty();
}

void weigh_pairs(PairTable& histories, std::int64_t items, PairWeightParams const& params) {
  if (is_plain(params, histories)) return;
  std::vector<double> saturated;
  if (params.weighting == ItemWeighting::bm25) saturated = saturation(histories, items, params);
  histories.weight.resize(histories.column.size(), 1.0);
  for (std::size_t user = 0; user + 1 < histories.start.size(); ++user) {
    auto const count = static_cast<double>(histories.start[user + 1] - histories.start[user]);
    double factor = count > 0 ? std::pow(count, -params.user_exponent / 2) : 1;
    if (params.weighting != ItemWeighting::none) {
      factor *= std::log((1 + static_cast<double>(items)) / (1 + count)) + 1;
    }
    for (auto k = static_cast<std::size_t>(histories.start[user]);
         k < static_cast<std::size_t>(histories.start[user + 1]); ++k) {
      double& weight = histories.weight[k];
      if (!saturated.empty()) {
        weight *= (params.bm25_k1 + 1) / (weight + saturated[static_cast<std::size_t>(histories.column[k])]);
      }
      weight *= factor;
    }
  }
}

std::vector<double> squared_norms(PairTable const& histories, std::int64_t items) {
  std::vector<double> sum(static_cast<std::size_t>(items), 0.0);
  for (std::size_t k = 0; k < histories.column.size(); ++k) {
    double const weight = histories.weight.empty() ? 1.0 : histories.weight[k];
    sum[static_cast<std::size_t>(histories.column[k])] += weight * weight;
  }
  return sum;
}

}  // namespace tidemill::drivers
