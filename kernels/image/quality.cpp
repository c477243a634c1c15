#include "kernels/image/quality.hpp"

#include <cmath>

namespace tidemill::kernels {
namespace {

using RowPolicy = Kokkos::RangePolicy<Exec>;
template <class T>
using RowSums = Kokkos::View<T**, Kokkos::LayoutRight, DeviceMemory>;  // row (or block of rows) x sum

/// Sums over rows, in the order of the rows.
template <class T>
Kokkos::View<T*, Kokkos::HostSpace> total_of(RowSums<T> const& sums) {
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), sums);
  Kokkos::View<T*, Kokkos::HostSpace> const total("image::total", sums.extent(1));
  for (std::size_t row = 0; row < sums.extent(0); ++row) {
    for (std::size_t i = 0; i < sums.extent(1); ++i) total(i) += host(row, i);
  }
  return total;
}

double share_at(Kokkos::View<std::int64_t*, Kokkos::HostSpace> const& histogram, double share, double pixels) {
  double below = 0;
  for (std::size_t value = 0; value < 256; ++value) {
    below += static_cast<double>(histogram(value));
    if (below >= share * pixels) return static_cast<double>(value);
  }
  return 255;
}

}  // namespace

Exposure exposure_of(Exec const& exec, Luma const& luma) {
  std::size_t const height = luma.extent(0), width = luma.extent(1), block_rows = 64;
  std::size_t const blocks = (height + block_rows - 1) / block_rows;
  RowSums<std::int64_t> const counts("image::histogram", blocks, 256);
  Kokkos::parallel_for(
      "image::histogram", RowPolicy(exec, 0, blocks), KOKKOS_LAMBDA(std::size_t block) {
        for (std::size_t y = block * block_rows; y < height && y < (block + 1) * block_rows; ++y) {
          for (std::size_t x = 0; x < width; ++x) ++counts(block, luma(y, x));
        }
      });
  auto const histogram = total_of(counts);
  auto const pixels = static_cast<double>(height * width);
  Exposure exposure;
  double sum = 0;
  for (std::size_t value = 0; value < 256; ++value) {
    auto const count = static_cast<double>(histogram(value));
    sum += static_cast<double>(value) * count;
    if (value <= 4) exposure.dark_share += count / pixels;
    if (value >= 251) exposure.bright_share += count / pixels;
  }
  exposure.mean = sum / pixels;
  exposure.range = share_at(histogram, 0.95, pixels) - share_at(histogram, 0.05, pixels);
  return exposure;
}

double sharpness_of(Exec const& exec, Plane const& plane) {
  std::size_t const height = plane.extent(0), width = plane.extent(1);
  if (height < 3 || width < 3) return NAN;
  RowSums<double> const sums("image::laplacian", height - 2, 2);
  Kokkos::parallel_for(
      "image::laplacian", RowPolicy(exec, 1, height - 1), KOKKOS_LAMBDA(std::size_t y) {
        double sum = 0, squares = 0;
        for (std::size_t x = 1; x + 1 < width; ++x) {
          double const value = plane(y - 1, x) + plane(y + 1, x) + plane(y, x - 1) + plane(y, x + 1) - 4 * plane(y, x);
          sum += value;
          squares += value * value;
        }
        sums(y - 1, 0) = sum;
        sums(y - 1, 1) = squares;
      });
  auto const total = total_of(sums);
  auto const pixels = static_cast<double>((height - 2) * (width - 2));
  double const mean = total(0) / pixels;
  double const variance = total(1) / pixels - mean * mean;
  return variance > 0 ? variance : 0;
}

double noise_of(Exec const& exec, Luma const& luma) {
  constexpr double root_of_half_pi = 1.2533141373155003;
  std::size_t const height = luma.extent(0), width = luma.extent(1);
  if (height < 3 || width < 3) return NAN;
  RowSums<std::int64_t> const sums("image::noise", height - 2, 1);
  Kokkos::parallel_for(
      "image::noise", RowPolicy(exec, 1, height - 1), KOKKOS_LAMBDA(std::size_t y) {
        std::uint8_t const* const above = &luma(y - 1, 0);
        std::uint8_t const* const here = &luma(y, 0);
        std::uint8_t const* const below = &luma(y + 1, 0);
        std::int64_t sum = 0;
        for (std::size_t x = 1; x + 1 < width; ++x) {
          std::int32_t const value = above[x - 1] + above[x + 1] + below[x - 1] + below[x + 1] + 4 * here[x] -
                                     2 * (above[x] + below[x] + here[x - 1] + here[x + 1]);
          sum += value < 0 ? -value : value;
        }
        sums(y - 1, 0) = sum;
      });
  auto const pixels = static_cast<double>((height - 2) * (width - 2));
  return root_of_half_pi / 6 * static_cast<double>(total_of(sums)(0)) / pixels;
}

double colourfulness_of(Exec const& exec, Pixels const& pixels) {
  std::size_t const width = pixels.extent(1);
  // Sums of rg, rg^2, 2 yb and (2 yb)^2.
  RowSums<std::int64_t> const sums("image::opponents", pixels.extent(0), 4);
  Kokkos::parallel_for(
      "image::opponents", RowPolicy(exec, 0, pixels.extent(0)), KOKKOS_LAMBDA(std::size_t y) {
        std::int64_t rg_sum = 0, rg_squares = 0, yb_sum = 0, yb_squares = 0;
        for (std::size_t x = 0; x < width; ++x) {
          std::int64_t const r = pixels(y, x, 0), g = pixels(y, x, 1), b = pixels(y, x, 2);
          std::int64_t const rg = r - g, yb = r + g - 2 * b;
          rg_sum += rg;
          rg_squares += rg * rg;
          yb_sum += yb;
          yb_squares += yb * yb;
        }
        sums(y, 0) = rg_sum;
        sums(y, 1) = rg_squares;
        sums(y, 2) = yb_sum;
        sums(y, 3) = yb_squares;
      });
  auto const total = total_of(sums);
  auto const n = static_cast<double>(pixels.extent(0) * width);
  double const rg = static_cast<double>(total(0)) / n;
  double const yb = static_cast<double>(total(2)) / (2 * n);
  double const rg_variance = static_cast<double>(total(1)) / n - rg * rg;
  double const yb_variance = static_cast<double>(total(3)) / (4 * n) - yb * yb;
  double const variance = rg_variance + yb_variance;
  return std::sqrt(variance > 0 ? variance : 0) + 0.3 * std::sqrt(rg * rg + yb * yb);
}

}  // namespace tidemill::kernels
