#include "kernels/image/filters.hpp"

#include <cmath>

namespace tidemill::kernels {
namespace {

Pixels make_pixels(std::size_t height, std::size_t width) {
  return Pixels(Kokkos::view_alloc(Kokkos::WithoutInitializing, "image::pixels"), height, width, 3);
}

KOKKOS_INLINE_FUNCTION std::uint8_t rounded(float value) {
  if (!(value > 0)) return 0;
  return value >= 254.5f ? 255 : static_cast<std::uint8_t>(value + 0.5f);
}

KOKKOS_INLINE_FUNCTION std::size_t inside(std::int64_t at, std::size_t length) {
  if (at < 0) return 0;
  return static_cast<std::size_t>(at) < length ? static_cast<std::size_t>(at) : length - 1;
}

struct Sharpen {
  Pixels from, to;
  Plane mixed;  ///< rows blurred along themselves: rows x 3 columns
  Kokkos::Array<float, 7> tap;
  float strength;

  struct AlongRows {};
  struct AlongColumns {};
  KOKKOS_FUNCTION void operator()(AlongRows, std::size_t y) const {
    for (std::size_t x = 0; x < from.extent(1); ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        float sum = 0;
        for (int k = -3; k <= 3; ++k) {
          sum += tap[static_cast<std::size_t>(k + 3)] *
                 from(y, inside(static_cast<std::int64_t>(x) + k, from.extent(1)), c);
        }
        mixed(y, 3 * x + c) = sum;
      }
    }
  }
  KOKKOS_FUNCTION void operator()(AlongColumns, std::size_t y) const {
    for (std::size_t i = 0; i < mixed.extent(1); ++i) {
      float sum = 0;
      for (int k = -3; k <= 3; ++k) {
        sum +=
            tap[static_cast<std::size_t>(k + 3)] * mixed(inside(static_cast<std::int64_t>(y) + k, from.extent(0)), i);
      }
      float const value = from(y, i / 3, i % 3);
      to(y, i / 3, i % 3) = rounded(value + strength * (value - sum));
    }
  }
};

struct Denoise {
  static constexpr int radius = 2;
  Pixels from, to;
  Luma luma;
  Array<float const> near;   ///< weight by place, 5 x 5
  Array<float const> alike;  ///< weight by difference in luma, 256

  KOKKOS_FUNCTION void operator()(std::size_t y) const {
    for (std::size_t x = 0; x < from.extent(1); ++x) {
      float total = 0, sum[3] = {0, 0, 0};
      for (int dy = -radius; dy <= radius; ++dy) {
        std::size_t const row = inside(static_cast<std::int64_t>(y) + dy, from.extent(0));
        for (int dx = -radius; dx <= radius; ++dx) {
          std::size_t const column = inside(static_cast<std::int64_t>(x) + dx, from.extent(1));
          int const difference = static_cast<int>(luma(row, column)) - static_cast<int>(luma(y, x));
          float const weight =
              near((dy + radius) * (2 * radius + 1) + dx + radius) * alike(difference < 0 ? -difference : difference);
          total += weight;
          for (int c = 0; c < 3; ++c) sum[c] += weight * from(row, column, c);
        }
      }
      for (int c = 0; c < 3; ++c) to(y, x, c) = rounded(sum[c] / total);
    }
  }
};

float bell(double distance_squared, double deviation) {
  return static_cast<float>(std::exp(-distance_squared / (2 * deviation * deviation)));
}

}  // namespace

Pixels resized(Exec const& exec, Pixels const& pixels, Extent size) {
  Pixels const result = make_pixels(static_cast<std::size_t>(size.height), static_cast<std::size_t>(size.width));
  for (int c = 0; c < 3; ++c) {
    Plane const plane = resample(exec, pixels, c, whole(pixels.extent(0), pixels.extent(1)), size.height, size.width);
    Kokkos::parallel_for(
        "image::round", Kokkos::RangePolicy<Exec>(exec, 0, result.extent(0)), KOKKOS_LAMBDA(std::size_t y) {
          for (std::size_t x = 0; x < plane.extent(1); ++x) result(y, x, c) = rounded(plane(y, x));
        });
  }
  return result;
}

Pixels sharpened(Exec const& exec, Pixels const& pixels, double strength) {
  std::size_t const height = pixels.extent(0), width = pixels.extent(1);
  Sharpen sharpen{
      pixels, make_pixels(height, width), Plane("image::mixed", height, 3 * width), {}, static_cast<float>(strength)};
  double total = 0;
  for (int k = -3; k <= 3; ++k) total += std::exp(-0.5 * k * k);
  for (int k = -3; k <= 3; ++k) {
    sharpen.tap[static_cast<std::size_t>(k + 3)] = static_cast<float>(std::exp(-0.5 * k * k) / total);
  }
  Kokkos::parallel_for("image::blur_rows", Kokkos::RangePolicy<Exec, Sharpen::AlongRows>(exec, 0, height), sharpen);
  Kokkos::parallel_for("image::sharpen", Kokkos::RangePolicy<Exec, Sharpen::AlongColumns>(exec, 0, height), sharpen);
  return sharpen.to;
}

Pixels denoised(Exec const& exec, Pixels const& pixels, double tolerance) {
  constexpr int side = 2 * Denoise::radius + 1;
  Array<float> const near("image::near", side * side), alike("image::alike", 256);
  auto const host_near = Kokkos::create_mirror_view(near);
  auto const host_alike = Kokkos::create_mirror_view(alike);
  for (int i = 0; i < side * side; ++i) {
    int const dy = i / side - Denoise::radius, dx = i % side - Denoise::radius;
    host_near(i) = bell(dx * dx + dy * dy, 1.5);
  }
  for (int i = 0; i < 256; ++i) host_alike(i) = bell(i * i, tolerance);
  Kokkos::deep_copy(near, host_near);
  Kokkos::deep_copy(alike, host_alike);
  Denoise const denoise{pixels, make_pixels(pixels.extent(0), pixels.extent(1)), luma_of(exec, pixels), near, alike};
  Kokkos::parallel_for("image::denoise", Kokkos::RangePolicy<Exec>(exec, 0, pixels.extent(0)), denoise);
  return denoise.to;
}

}  // namespace tidemill::kernels
