#include "drivers/trees/leaf_quantiles.hpp"

#include <algorithm>
#include <cmath>

#include "drivers/trees/exact_sum.hpp"
#include "kernels/trees/binning.hpp"
#include "kernels/trees/residuals.hpp"

namespace tidemill::drivers {
namespace {

constexpr double factor_limit = 1099511627776.0;  // 2^40: sums of 2^22 such rows and draws still fit

/// Integer weights in proportion to weight * draws.
kernels::Array<std::int64_t> make_factors(io::Comm const& comm, kernels::Array<double> const& weight,
                                          kernels::Array<std::uint8_t> const& draws, std::int64_t rows) {
  if (weight.extent(0) == 0 && draws.extent(0) == 0) return {};
  auto const weights = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), weight);
  auto const times = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), draws);
  double largest = 0;
  for (std::size_t i = 0; i < weights.extent(0); ++i) largest = std::max(largest, weights(i));
  largest = comm.max(largest);
  double const room = static_cast<double>(std::max<std::int64_t>(comm.sum(rows), 1)) * 16;
  double const scale = power_of_two_scale(largest, std::min(factor_limit, 4e18 / room));
  kernels::Array<std::int64_t> factors("trees::factors", static_cast<std::size_t>(rows));
  auto const host = Kokkos::create_mirror_view(factors);
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
    std::int64_t const factor = weights.extent(0) > 0 ? std::llrint(weights(i) * scale) : 1;
    host(i) = times.extent(0) > 0 ? factor * times(i) : factor;
  }
  Kokkos::deep_copy(factors, host);
  return factors;
}

}  // namespace

ResidualQuantiles::ResidualQuantiles(io::Comm const& comm, kernels::Exec const& exec,
                                     kernels::Array<double> const& target, kernels::Array<double> const& scores,
                                     kernels::Array<double> const& weight, kernels::Array<std::uint8_t> const& draws)
    : comm_(comm),
      exec_(exec),
      keys_("trees::residual_keys", target.extent(0)),
      factors_(make_factors(comm, weight, draws, static_cast<std::int64_t>(target.extent(0)))) {
  kernels::residual_keys(exec, target, scores, keys_);
}

std::vector<double> ResidualQuantiles::find(std::vector<kernels::NodeRows> const& nodes, double alpha) const {
  constexpr std::size_t digits = 256;
  struct Found {
    std::uint32_t prefix = 0;
    std::int64_t wanted = 0;  ///< weight still to pass inside the prefix
    bool has_rows = true;
  };
  std::vector<Found> found(nodes.size());
  kernels::Array<std::int64_t> const counts("trees::digit_counts", digits);
  for (int bits = 0; bits < 32; bits += 8) {
    std::vector<std::int64_t> all(nodes.size() * digits, 0);
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      kernels::count_key_digits(exec_, keys_, factors_, nodes[n], found[n].prefix, bits, counts);
      Kokkos::View<std::int64_t*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged> const mine(&all[n * digits], digits);
      Kokkos::deep_copy(mine, counts);
    }
    comm_.sum(std::span(all));
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      std::span<std::int64_t const> const mine = std::span(all).subspan(n * digits, digits);
      if (bits == 0) {
        std::int64_t total = 0;
        for (std::int64_t const count : mine) total += count;
        found[n].has_rows = total > 0;
        found[n].wanted =
            std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(alpha * static_cast<double>(total))));
      }
      std::uint32_t digit = 0;
      while (digit + 1 < digits && mine[digit] < found[n].wanted) found[n].wanted -= mine[digit++];
      found[n].prefix = found[n].prefix << 8 | digit;
    }
  }
  std::vector<double> values;
  for (Found const& f : found) {
    values.push_back(f.has_rows ? static_cast<double>(kernels::value_of_key(f.prefix)) : 0.0);
  }
  return values;
}

}  // namespace tidemill::drivers
