#include "drivers/partition/balanced.hpp"

#include <algorithm>

namespace tidemill::drivers {

std::vector<std::int64_t> balanced_cuts(std::span<std::int64_t const> weights, int parts) {
  double total = 0;
  for (std::int64_t const weight : weights) total += static_cast<double>(weight) + 1;
  std::vector<std::int64_t> cuts(static_cast<std::size_t>(parts) + 1, static_cast<std::int64_t>(weights.size()));
  cuts[0] = 0;
  double before = 0;
  std::size_t part = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    double const weight = static_cast<double>(weights[i]) + 1;
    double const middle = before + weight / 2;
    while (part + 1 < static_cast<std::size_t>(parts) && middle * parts >= static_cast<double>(part + 1) * total) {
      cuts[++part] = static_cast<std::int64_t>(i);
    }
    before += weight;
  }
  return cuts;
}

io::RowRange piece_of(std::span<std::int64_t const> cuts, int part) {
  auto const p = static_cast<std::size_t>(part);
  return {cuts[p], cuts[p + 1] - cuts[p], cuts.back()};
}

int part_of(std::span<std::int64_t const> cuts, std::int64_t number) {
  return static_cast<int>(std::upper_bound(cuts.begin() + 1, cuts.end() - 1, number) - cuts.begin()) - 1;
}

}  // namespace tidemill::drivers
