#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>

#include "kernels/device.hpp"
#include "kernels/random/philox.hpp"

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

/// How often an order is drawn in each of four neighbouring resamples: Poisson with mean 1 from the counter
/// (seed, order id, number of the block of four), so it depends on nothing else.
struct OrderWeights {
  int of[4];
};
KOKKOS_INLINE_FUNCTION OrderWeights order_weights(std::uint64_t seed, std::uint64_t order, std::uint32_t block) {
  // Distribution function of Poisson(1) in units of 2^-32; weights above 11 have less than 1e-9 of the mass.
  constexpr std::uint32_t below[11] = {1580030168u, 3160060337u, 3950075421u, 4213413783u, 4279248373u, 4292415291u,
                                       4294609777u, 4294923276u, 4294962463u, 4294966817u, 4294967252u};
  constexpr std::uint32_t purpose = 0x6D656E75;  // "menu"
  Philox::Block const random = Philox::block(seed, order, block, purpose);
  OrderWeights weights{};
  for (int j = 0; j < 4; ++j) {
    int weight = 0;
    while (weight < 11 && random.word[j] > below[weight]) ++weight;
    weights.of[j] = weight;
  }
  return weights;
}

/// Adds every line, times its order's weight, to its item's totals of each resample (columns of the totals). Whole
/// numbers only: the result does not depend on the order of the lines or on who adds them.
void resample_orders(Exec const& exec, OrderLines const& lines, std::uint64_t seed, ResampleTotals const& units,
                     ResampleTotals const& net);

}  // namespace tidemill::kernels
