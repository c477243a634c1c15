#include "drivers/factors/pair_weights.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tidemill::drivers {
namespace {

bool loss_takes_values(FactorLoss loss, std::span<float const> values) {
  return loss == FactorLoss::confidence && !values.empty();
}

}  // namespace

std::vector<float> popularity_powers(io::Comm const& comm, Interactions const& interactions, double power) {
  if (power == 0) return {};
  std::vector<std::int64_t> const users = item_counts(comm, interactions);
  auto const pairs = static_cast<double>(std::accumulate(users.begin(), users.end(), std::int64_t{0}));
  double const mean = std::max(pairs, 1.0) / std::max(static_cast<double>(users.size()), 1.0);
  std::vector<float> weights;
  weights.reserve(users.size());
  for (std::int64_t const count : users) {
    double const share = count == 0 ? 1.0 : static_cast<double>(count) / mean;
    weights.push_back(static_cast<float>(std::pow(share, power)));
  }
  return weights;
}

std::vector<float> weighted_values(std::span<std::int32_t const> items, std::span<float const> values,
                                   std::span<float const> weights, FactorLoss loss) {
  bool const has_values = loss_takes_values(loss, values);
  std::vector<float> weighted;
  weighted.reserve(items.size());
  for (std::size_t j = 0; j < items.size(); ++j) {
    float const weight = weights[static_cast<std::size_t>(items[j])];
    weighted.push_back(has_values ? values[j] * weight : weight);
  }
  return weighted;
}

void weigh_values(ItemInteractions& pairs, std::span<float const> weights, FactorLoss loss) {
  if (!loss_takes_values(loss, pairs.value)) pairs.value.assign(pairs.user.size(), 1.0F);
  for (std::size_t row = 0; row + 1 < pairs.start.size(); ++row) {
    float const weight = weights[static_cast<std::size_t>(pairs.items.first) + row];
    auto const end = static_cast<std::size_t>(pairs.start[row + 1]);
    for (auto j = static_cast<std::size_t>(pairs.start[row]); j < end; ++j) pairs.value[j] *= weight;
  }
}

double ridge_pairs(std::int64_t pairs, std::span<float const> values, FactorLoss loss) {
  if (loss == FactorLoss::confidence || values.empty()) return static_cast<double>(pairs);
  double sum = 0;
  for (float const value : values) sum += static_cast<double>(value);
  return sum;
}

}  // namespace tidemill::drivers
