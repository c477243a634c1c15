#include "kernels/factors/gram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/factors/solve_row_host.hpp"

namespace tidemill::kernels {
namespace {

using Policy = Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>>;

void add_gram_avx2(ConstFactorMatrix const& factors, double unit, Array<std::int64_t> const& sums) {
  auto const rows = static_cast<std::int64_t>(factors.extent(0));
  auto const width = static_cast<std::int64_t>(factors.extent(1));
  double const per_unit = 1 / unit;
  std::vector<float> block(static_cast<std::size_t>(width * width));
  for (std::int64_t from = 0; from < rows; from += gram_block) {
    std::int64_t const end = std::min(from + gram_block, rows);
    std::fill(block.begin(), block.end(), 0.0f);
    // Pieces that stay in L1 while all tiles of the result pass over them.
    for (std::int64_t piece = from; piece < end; piece += 64) {
      float const* const at = factors.data() + piece * width;
      host::add_products_avx2(at, at, width, std::min<std::int64_t>(64, end - piece), static_cast<int>(width),
                              block.data(), width);
    }
    for (std::int64_t i = 0; i < width; ++i) {
      for (std::int64_t c = i; c < width; ++c) {
        double const value = static_cast<double>(block[static_cast<std::size_t>(i * width + c)]);
        sums(i * width + c) += std::llrint(value * per_unit);
      }
    }
  }
}

}  // namespace

float largest_factor(Exec const& exec, ConstFactorMatrix const& factors) {
  auto const width = static_cast<std::int64_t>(factors.extent(1));
  float largest = 0;
  Kokkos::parallel_reduce(
      "factors::largest", Policy(exec, 0, static_cast<std::int64_t>(factors.extent(0))),
      KOKKOS_LAMBDA(std::int64_t const row, float& most) {
        for (std::int64_t i = 0; i < width; ++i) {
          float const value = factors(row, i) < 0 ? -factors(row, i) : factors(row, i);
          // Not a number compares false with everything.
          if (!(value <= most)) most = value <= 3e38f ? value : HUGE_VALF;
        }
      },
      Kokkos::Max<float>(largest));
  exec.fence();
  return std::max(largest, 0.0f);
}

void add_gram(Exec const& exec, ConstFactorMatrix const& factors, double unit, Array<std::int64_t> const& sums) {
  if constexpr (Kokkos::SpaceAccessibility<Kokkos::HostSpace, DeviceMemory>::accessible) {
    if (host::has_avx2()) {
      add_gram_avx2(factors, unit, sums);
      return;
    }
  }
  add_gram_portable(exec, factors, unit, sums);
}

void add_gram_portable(Exec const& exec, ConstFactorMatrix const& factors, double unit,
                       Array<std::int64_t> const& sums) {
  auto const rows = static_cast<std::int64_t>(factors.extent(0));
  auto const width = static_cast<std::int64_t>(factors.extent(1));
  double const per_unit = 1 / unit;
  Kokkos::parallel_for(
      "factors::gram", Policy(exec, 0, width * width), KOKKOS_LAMBDA(std::int64_t const e) {
        std::int64_t const i = e / width, c = e % width;
        if (c < i) return;
        std::int64_t total = 0;
        for (std::int64_t from = 0; from < rows; from += gram_block) {
          std::int64_t const end = from + gram_block < rows ? from + gram_block : rows;
          float sum = 0;
          for (std::int64_t row = from; row < end; ++row) sum += factors(row, i) * factors(row, c);
          total += static_cast<std::int64_t>(rint(static_cast<double>(sum) * per_unit));
        }
        sums(e) += total;
      });
  exec.fence();
}

}  // namespace tidemill::kernels
