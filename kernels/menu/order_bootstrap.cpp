#include "kernels/menu/order_bootstrap.hpp"

namespace tidemill::kernels {
namespace {

/// One order in four neighbouring resamples.
struct AddOrder {
  OrderLines lines;
  ResampleTotals units;
  ResampleTotals net;
  std::uint64_t seed;
  std::int64_t blocks;

  KOKKOS_FUNCTION void operator()(std::int64_t index) const {
    std::int64_t const k = index / blocks;
    std::int64_t const block = index % blocks;
    PoissonWeights const weights = order_weights(seed, lines.order(k), static_cast<std::uint32_t>(block));
    for (int j = 0; j < 4; ++j) {
      std::int64_t const resample = block * 4 + j;
      if (weights.of[j] == 0 || resample >= static_cast<std::int64_t>(units.extent(1))) continue;
      for (std::int64_t line = lines.first_line(k); line < lines.first_line(k + 1); ++line) {
        std::int32_t const item = lines.item(line);
        Kokkos::atomic_add(&units(item, resample), weights.of[j] * lines.units(line));
        Kokkos::atomic_add(&net(item, resample), weights.of[j] * lines.net(line));
      }
    }
  }
};

}  // namespace

void resample_orders(Exec const& exec, OrderLines const& lines, std::uint64_t seed, ResampleTotals const& units,
                     ResampleTotals const& net) {
  auto const orders = static_cast<std::int64_t>(lines.order.extent(0));
  std::int64_t const blocks = (static_cast<std::int64_t>(units.extent(1)) + 3) / 4;
  using Policy = Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>>;
  Kokkos::parallel_for("menu::resample_orders", Policy(exec, 0, orders * blocks),
                       AddOrder{lines, units, net, seed, blocks});
}

}  // namespace tidemill::kernels
