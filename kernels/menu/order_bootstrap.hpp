#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>

#include "kernels/device.hpp"
#include "kernels/random/poisson.hpp"

namespace tidemill::kernels {

/// Sales lines grouped by order: the lines of order k are first_line(k) .. first_line(k + 1) - 1.
struct OrderLines {
  Array<std::int64_t const> first_line;  ///< one more than orders
  Array<std::uint64_t const> order;      ///< global id of each order
  Array<std::int32_t const> item;        ///< of each line: row of the totals
  Array<std::int64_t const> units;       ///< of each line, in thousandths
  Array<std::int64_t const> net;         ///< of each line, in cents
};

/// Totals by item and resample.
using ResampleTotals = Kokkos::View<std::int64_t**, Kokkos::LayoutRight, DeviceMemory>;

/// How often an order is drawn in each of four neighbouring resamples.
KOKKOS_INLINE_FUNCTION PoissonWeights order_weights(std::uint64_t seed, std::uint64_t order, std::uint32_t block) {
  constexpr std::uint32_t purpose = 0x6D656E75;  // "menu"
  return poisson_weights(seed, order, block, purpose);
}

/// Adds every line, times its order's weight, to its item's totals of each resample (columns of the totals). Whole
/// numbers only: the result does not depend on the order of the lines or on who adds them.
void resample_orders(Exec const& exec, OrderLines const& lines, std::uint64_t seed, ResampleTotals const& units,
                     ResampleTotals const& net);

}  // namespace tidemill::kernels
