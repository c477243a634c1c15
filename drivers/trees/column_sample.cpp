#include "drivers/trees/column_sample.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/random/philox.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::uint32_t purpose_tree = 3;
constexpr std::uint32_t purpose_node = 4;

/// Keeps ceil(share * candidates) of the candidates: those with the smallest random numbers.
std::vector<std::int8_t> keep(std::vector<std::int8_t> const& candidates, double share, std::uint64_t seed,
                              std::uint64_t id, std::uint32_t tree, std::uint32_t purpose) {
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  for (std::size_t f = 0; f < candidates.size(); ++f) {
    if (candidates[f] == 0) continue;
    auto const block = kernels::Philox::block(seed, id + f * 0xD1B54A32D192ED03u, tree, purpose);
    order.emplace_back(std::uint64_t{block.word[0]} << 32 | block.word[1], f);
  }
  auto const kept = static_cast<std::size_t>(std::ceil(share * static_cast<double>(order.size())));
  std::sort(order.begin(), order.end());
  std::vector<std::int8_t> result(candidates.size(), 0);
  for (std::size_t i = 0; i < std::min(kept, order.size()); ++i) result[order[i].second] = 1;
  return result;
}

}  // namespace

std::vector<std::int8_t> sample_features(TreeParams const& params, std::int32_t features, std::uint32_t tree) {
  std::vector<std::int8_t> const all(static_cast<std::size_t>(features), 1);
  if (params.column_sample < 1) return keep(all, params.column_sample, params.seed, 0, tree, purpose_tree);
  return params.column_sample_by_node < 1 ? all : std::vector<std::int8_t>{};
}

std::vector<std::int8_t> sample_features_of_node(TreeParams const& params, std::vector<std::int8_t> const& of_tree,
                                                 std::uint32_t tree, std::uint64_t path) {
  if (!(params.column_sample_by_node < 1)) return of_tree;
  return keep(of_tree, params.column_sample_by_node, params.seed, path, tree, purpose_node);
}

}  // namespace tidemill::drivers
