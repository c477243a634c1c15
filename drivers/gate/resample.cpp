#include "drivers/gate/resample.hpp"

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "kernels/gate/unit_bootstrap.hpp"
#include "kernels/random/poisson.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::size_t columns_of_metric = 3;  // champion, challenger, denominator

/// The power of two by which values are multiplied before they are rounded, such that no sum over all ranks' rows, each
/// drawn as often as can be, leaves 62 bits.
int fixed_point_exponent(double largest, std::int64_t rows) {
  constexpr int bits = 62 - std::bit_width(static_cast<unsigned>(kernels::largest_poisson_weight));
  if (largest == 0) return 0;
  return bits - std::bit_width(static_cast<std::uint64_t>(rows)) - (std::ilogb(largest) + 1);
}

double largest_size(io::Comm const& comm, std::initializer_list<std::span<double const>> columns) {
  double largest = 0;
  for (auto const& column : columns) {
    for (double const value : column) largest = std::max(largest, std::abs(value));
  }
  return comm.max(largest);
}

std::int64_t fixed_point(double value, int exponent) { return std::llround(std::ldexp(value, exponent)); }

/// Different units in ascending order, with the sums of their rows.
struct SummedUnits {
  std::vector<std::uint64_t> unit;
  std::vector<std::int64_t> values;  ///< columns_of_metric per unit
};

SummedUnits sum_by_unit(std::span<std::uint64_t const> unit, PairedMetric const& metric, int numerator,
                        int denominator) {
  std::vector<std::size_t> order(unit.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return unit[a] < unit[b]; });
  SummedUnits sums;
  for (std::size_t const row : order) {
    if (sums.unit.empty() || sums.unit.back() != unit[row]) {
      sums.unit.push_back(unit[row]);
      sums.values.insert(sums.values.end(), columns_of_metric, 0);
    }
    std::int64_t* const at = sums.values.data() + sums.values.size() - columns_of_metric;
    at[0] += fixed_point(metric.champion[row], numerator);
    at[1] += fixed_point(metric.challenger[row], numerator);
    at[2] += fixed_point(metric.denominator[row], denominator);
  }
  return sums;
}

/// This rank's part of the totals, resample by resample.
std::vector<std::int64_t> drawn_totals(SummedUnits const& sums, GateParams const& params) {
  using Host = Kokkos::HostSpace;
  kernels::Exec const exec;
  kernels::Array<std::uint64_t> const unit(Kokkos::view_alloc(Kokkos::WithoutInitializing, "gate::unit"),
                                           sums.unit.size());
  Kokkos::View<std::int64_t**, Kokkos::LayoutRight, kernels::DeviceMemory> const values(
      Kokkos::view_alloc(Kokkos::WithoutInitializing, "gate::values"), sums.unit.size(), columns_of_metric);
  Kokkos::deep_copy(unit, Kokkos::View<std::uint64_t const*, Host>(sums.unit.data(), sums.unit.size()));
  Kokkos::deep_copy(values, Kokkos::View<std::int64_t const**, Kokkos::LayoutRight, Host>(
                                sums.values.data(), sums.unit.size(), columns_of_metric));
  kernels::UnitTotals const totals("gate::totals", static_cast<std::size_t>(params.resamples), columns_of_metric);
  kernels::resample_units(exec, unit, values, params.seed, totals);
  std::vector<std::int64_t> host(totals.size());
  Kokkos::deep_copy(
      Kokkos::View<std::int64_t**, Kokkos::LayoutRight, Host>(host.data(), totals.extent(0), columns_of_metric),
      totals);
  return host;
}

}  // namespace

MetricResamples resample_metric(io::Comm const& comm, std::span<std::uint64_t const> unit, PairedMetric const& metric,
                                GateParams const& params) {
  std::int64_t const rows = comm.sum(static_cast<std::int64_t>(unit.size()));
  int const numerator = fixed_point_exponent(largest_size(comm, {metric.champion, metric.challenger}), rows);
  int const denominator = fixed_point_exponent(largest_size(comm, {metric.denominator}), rows);
  std::vector<std::int64_t> totals = drawn_totals(sum_by_unit(unit, metric, numerator, denominator), params);
  comm.sum(std::span<std::int64_t>(totals));
  MetricResamples sums;
  for (std::size_t at = 0; at < totals.size(); at += columns_of_metric) {
    sums.champion.push_back(std::ldexp(static_cast<double>(totals[at]), -numerator));
    sums.challenger.push_back(std::ldexp(static_cast<double>(totals[at + 1]), -numerator));
    sums.denominator.push_back(std::ldexp(static_cast<double>(totals[at + 2]), -denominator));
  }
  return sums;
}

}  // namespace tidemill::drivers
