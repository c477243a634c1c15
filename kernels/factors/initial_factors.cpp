#include "kernels/factors/initial_factors.hpp"

#include <cmath>

#include "kernels/random/philox.hpp"

namespace tidemill::kernels {
namespace {
using Policy = Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>>;
}

void draw_factors(Exec const& exec, std::uint64_t seed, FactorSeries series, std::int64_t first_id, int factors,
                  double sd, FactorMatrix const& out) {
  Policy const policy(exec, 0, static_cast<std::int64_t>(out.extent(0)));
  auto const width = static_cast<int>(out.extent(1));
  auto const purpose = static_cast<std::uint32_t>(series);
  Kokkos::parallel_for(
      "factors::draw", policy, KOKKOS_LAMBDA(std::int64_t const row) {
        for (int i = 0; i < width; ++i) {
          if (i >= factors) {
            out(row, i) = 0;
            continue;
          }
          Philox::Block const block =
              Philox::block(seed, static_cast<std::uint64_t>(first_id + row), static_cast<std::uint32_t>(i), purpose);
          // Box and Muller 1958; one minus a number below 1 is above 0.
          double const radius = sqrt(-2 * log(1 - Philox::uniform(block.word[0], block.word[1])));
          double const angle = 6.283185307179586 * Philox::uniform(block.word[2], block.word[3]);
          out(row, i) = static_cast<float>(sd * radius * cos(angle));
        }
      });
  exec.fence();
}

void clear_cold_rows(Exec const& exec, Array<std::int64_t const> const& start, FactorMatrix const& factors) {
  auto const width = static_cast<int>(factors.extent(1));
  Kokkos::parallel_for(
      "factors::clear_cold_rows", Policy(exec, 0, static_cast<std::int64_t>(factors.extent(0))),
      KOKKOS_LAMBDA(std::int64_t const row) {
        if (start(row) != start(row + 1)) return;
        for (int i = 0; i < width; ++i) factors(row, i) = 0;
      });
  exec.fence();
}

void fill_zero_rows(Exec const& exec, ConstFactorMatrix const& from, FactorMatrix const& factors) {
  auto const width = static_cast<int>(factors.extent(1));
  Kokkos::parallel_for(
      "factors::fill_zero_rows", Policy(exec, 0, static_cast<std::int64_t>(factors.extent(0))),
      KOKKOS_LAMBDA(std::int64_t const row) {
        for (int i = 0; i < width; ++i) {
          if (factors(row, i) != 0) return;
        }
        for (int i = 0; i < width; ++i) factors(row, i) = from(row, i);
      });
  exec.fence();
}

}  // namespace tidemill::kernels
