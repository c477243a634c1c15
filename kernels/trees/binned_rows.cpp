#include "kernels/trees/binned_rows.hpp"

#include <algorithm>

namespace tidemill::kernels {
namespace {

constexpr std::int64_t padding = 64;

/// Rows that end within a cache line where possible: one line then brings all features of a row.
std::int32_t row_stride(std::int32_t features) {
  if (features <= 8) return 8;
  if (features > 32 && features <= 64) return 64;
  return (features + 15) / 16 * 16;
}

}  // namespace

BinnedRows make_binned_rows(std::int64_t rows, std::vector<std::int32_t> const& bins) {
  BinnedRows result;
  result.rows = rows;
  result.features = static_cast<std::int32_t>(bins.size());
  result.stride = row_stride(result.features);
  result.bins = bins;
  result.block_start.push_back(0);
  for (std::size_t first = 0; first < bins.size(); first += BinnedRows::block) {
    std::size_t const last = std::min(bins.size(), first + BinnedRows::block);
    result.block_bins.push_back(*std::max_element(bins.begin() + static_cast<std::ptrdiff_t>(first),
                                                  bins.begin() + static_cast<std::ptrdiff_t>(last)));
    result.block_start.push_back(result.block_start.back() +
                                 std::int64_t{result.block_bins.back()} * BinnedRows::block);
  }
  auto const size = static_cast<std::size_t>(rows);
  result.row_major = Array<std::uint8_t>("trees::row_major", size * static_cast<std::size_t>(result.stride) + padding);
  result.column_major = Array<std::uint8_t>("trees::column_major", size * bins.size() + padding);
  return result;
}

void fill_row_major(Exec const& exec, BinnedRows const& rows) {
  constexpr std::int64_t tile = 64;
  Array<std::uint8_t> const from = rows.column_major;
  Array<std::uint8_t> const to = rows.row_major;
  std::int64_t const n = rows.rows;
  std::int32_t const features = rows.features;
  std::int32_t const stride = rows.stride;
  Kokkos::parallel_for(
      "trees::fill_row_major", Kokkos::RangePolicy<Exec>(exec, 0, (n + tile - 1) / tile),
      KOKKOS_LAMBDA(std::int64_t t) {
        std::int64_t const end = t * tile + tile < n ? t * tile + tile : n;
        for (std::int32_t f = 0; f < features; ++f) {
          std::uint8_t const* const column = from.data() + f * n;
          std::uint8_t* const out = to.data() + f;
          for (std::int64_t row = t * tile; row < end; ++row) out[row * stride] = column[row];
        }
      });
  exec.fence();
}

}  // namespace tidemill::kernels
