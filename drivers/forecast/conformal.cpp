#include "drivers/forecast/conformal.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

namespace tidemill::drivers {
namespace {

constexpr std::uint64_t sign = std::uint64_t{1} << 63;

/// Integers in the order of the doubles.
std::uint64_t ordered(double value) {
  auto const bits = std::bit_cast<std::uint64_t>(value);
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

double from_ordered(std::uint64_t order) { return std::bit_cast<double>((order & sign) != 0 ? order & ~sign : ~order); }

}  // namespace

double kth_smallest(io::Comm const& comm, std::span<double const> values, std::int64_t k) {
  std::vector<std::uint64_t> sorted(values.size());
  std::ranges::transform(values, sorted.begin(), ordered);
  std::ranges::sort(sorted);
  std::uint64_t low = 0;
  std::uint64_t high = ~std::uint64_t{0};
  while (low < high) {
    std::uint64_t const middle = low + (high - low) / 2;
    std::int64_t const up_to_middle = comm.sum(std::ranges::upper_bound(sorted, middle) - sorted.begin());
    if (up_to_middle > k) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return from_ordered(low);
}

double conformal_widening(io::Comm const& comm, std::span<double const> actual, std::span<double const> low,
                          std::span<double const> high, double coverage) {
  std::vector<double> outside(actual.size());
  for (std::size_t i = 0; i < actual.size(); ++i) outside[i] = std::max(low[i] - actual[i], actual[i] - high[i]);
  std::int64_t const rows = comm.sum(static_cast<std::int64_t>(outside.size()));
  if (rows == 0) return 0;
  auto const rank = static_cast<std::int64_t>(std::ceil(coverage * static_cast<double>(rows + 1))) - 1;
  return kth_smallest(comm, outside, std::min(rank, rows - 1));
}

}  // namespace tidemill::drivers
