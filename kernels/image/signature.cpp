#include "kernels/image/signature.hpp"

#include <algorithm>

#include "kernels/trend/select.hpp"

namespace tidemill::kernels {
namespace {

constexpr int cells_kept = signature_cells - signature_cells / 20;

/// Sums over the cells of two windows, exact.
struct Moments {
  std::int64_t a = 0, b = 0, aa = 0, bb = 0, ab = 0;

  KOKKOS_FUNCTION Moments(std::uint8_t const* x, std::uint8_t const* y) {
    std::int32_t sums[5] = {0, 0, 0, 0, 0};
    for (int i = 0; i < signature_cells; ++i) {
      std::int32_t const u = x[i], v = y[i];
      sums[0] += u;
      sums[1] += v;
      sums[2] += u * u;
      sums[3] += v * v;
      sums[4] += u * v;
    }
    a = sums[0];
    b = sums[1];
    aa = sums[2];
    bb = sums[3];
    ab = sums[4];
  }
  KOKKOS_FUNCTION double variance_a() const { return static_cast<double>(signature_cells * aa - a * a); }
  KOKKOS_FUNCTION double variance_b() const { return static_cast<double>(signature_cells * bb - b * b); }
  KOKKOS_FUNCTION double covariance() const { return static_cast<double>(signature_cells * ab - a * b); }
  KOKKOS_FUNCTION double correlation() const {
    double const scale = variance_a() * variance_b();
    return scale > 0 ? covariance() / sqrt(scale) : 0;
  }
};

/// Correlation without the cells that are farthest from the line through all of them.
KOKKOS_FUNCTION double trimmed_correlation(std::uint8_t const* x, std::uint8_t const* y) {
  Moments const all(x, y);
  if (!(all.variance_a() > 0) || !(all.variance_b() > 0)) return 0;
  // In units where both have variance 1, the line has the correlation as its slope, whichever is taken for x.
  double const slope = all.correlation();
  double const scale_x = 1 / sqrt(all.variance_a()), scale_y = 1 / sqrt(all.variance_b());
  double distance[signature_cells], sorted[signature_cells];
  for (int i = 0; i < signature_cells; ++i) {
    double const u = static_cast<double>(signature_cells * x[i] - all.a) * scale_x;
    double const v = static_cast<double>(signature_cells * y[i] - all.b) * scale_y;
    distance[i] = sorted[i] = fabs(v - slope * u);
  }
  double const limit = select_rank(sorted, signature_cells, cells_kept - 1);
  std::int64_t n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
  for (int i = 0; i < signature_cells; ++i) {
    if (distance[i] > limit) continue;
    std::int64_t const u = x[i], v = y[i];
    ++n;
    a += u;
    b += v;
    aa += u * u;
    bb += v * v;
    ab += u * v;
  }
  double const scale = static_cast<double>(n * aa - a * a) * static_cast<double>(n * bb - b * b);
  return scale > 0 ? static_cast<double>(n * ab - a * b) / sqrt(scale) : 0;
}

KOKKOS_FUNCTION double similarity_of(std::uint8_t const* first, std::uint8_t const* second) {
  std::uint8_t const *x = first, *y = second;
  double best = -2;
  for (int w = 0; w < 2 * signature_windows; ++w) {
    bool const swap = w >= signature_windows;
    std::uint8_t const* const whole = swap ? second : first;
    std::uint8_t const* const other = (swap ? first : second) + w % signature_windows * signature_cells;
    double const correlation = Moments(whole, other).correlation();
    if (correlation > best) {
      best = correlation;
      x = whole;
      y = other;
    }
  }
  return trimmed_correlation(x, y);
}

}  // namespace

void make_windows(Extent size, Window* windows) {
  double const width = size.width, height = size.height;
  windows[0] = {0, 0, width, height};
  for (int i = 0; i < 9; ++i) {
    double const left = 0.025 * (i % 3), top = 0.025 * (i / 3);
    windows[i + 1] = {left * width, top * height, (left + 0.95) * width, (top + 0.95) * height};
  }
}

void make_signature(Exec const& exec, Luma const& luma, std::uint8_t* signature) {
  Window windows[signature_windows];
  make_windows({static_cast<int>(luma.extent(0)), static_cast<int>(luma.extent(1))}, windows);
  for (int w = 0; w < signature_windows; ++w) {
    auto const small = Kokkos::create_mirror_view_and_copy(
        Kokkos::HostSpace(), resample(exec, luma, windows[w], signature_side, signature_side));
    for (int i = 0; i < signature_cells; ++i) {
      signature[w * signature_cells + i] = static_cast<std::uint8_t>(std::clamp(small.data()[i] + 0.5f, 0.0f, 255.0f));
    }
  }
}

void compare_signatures(Exec const& exec, Signatures const& signatures, Array<std::int64_t const> const& first,
                        Array<std::int64_t const> const& second, Array<double> const& similarity) {
  Kokkos::parallel_for(
      "image::compare", Kokkos::RangePolicy<Exec>(exec, 0, first.extent(0)), KOKKOS_LAMBDA(std::size_t i) {
        similarity(i) = similarity_of(&signatures(first(i), 0), &signatures(second(i), 0));
      });
  exec.fence();
}

}  // namespace tidemill::kernels
