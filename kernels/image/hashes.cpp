#include "kernels/image/hashes.hpp"

#include <cmath>

#include "kernels/trend/select.hpp"

namespace tidemill::kernels {
namespace {

constexpr int low = 8, side = 32;

/// Row u of the orthonormal DCT-II of 32 places.
Plane cosine_table() {
  Plane const table("image::cosines", low, side);
  auto const host = Kokkos::create_mirror_view(table);
  for (int u = 0; u < low; ++u) {
    double const scale = std::sqrt((u == 0 ? 1.0 : 2.0) / side);
    for (int x = 0; x < side; ++x) {
      host(u, x) = static_cast<float>(scale * std::cos((2 * x + 1) * u * 3.14159265358979323846 / (2 * side)));
    }
  }
  Kokkos::deep_copy(table, host);
  return table;
}

KOKKOS_FUNCTION std::uint64_t difference_bits(Plane const& small) {
  std::uint64_t bits = 0;
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 8; ++x) {
      if (small(y, x + 1) > small(y, x)) bits |= std::uint64_t{1} << (8 * y + x);
    }
  }
  return bits;
}

KOKKOS_FUNCTION std::uint64_t frequency_bits(Plane const& small, Plane const& cosine) {
  double mixed[low][side], coefficient[low * low], sorted[low * low - 1];
  for (int v = 0; v < low; ++v) {
    for (int x = 0; x < side; ++x) {
      mixed[v][x] = 0;
      for (int y = 0; y < side; ++y) mixed[v][x] += static_cast<double>(cosine(v, y)) * small(y, x);
    }
    for (int u = 0; u < low; ++u) {
      double sum = 0;
      for (int x = 0; x < side; ++x) sum += cosine(u, x) * mixed[v][x];
      coefficient[low * v + u] = sum;
      if (v + u > 0) sorted[low * v + u - 1] = sum;
    }
  }
  double const middle = median(sorted, low * low - 1);
  std::uint64_t bits = 0;
  for (int i = 0; i < low * low; ++i) {
    if (coefficient[i] > middle) bits |= std::uint64_t{1} << i;
  }
  return bits;
}

}  // namespace

void hash_windows(Exec const& exec, Luma const& luma, Window const* windows, int count, PictureHash* hashes) {
  Plane const cosine = cosine_table();
  Array<std::uint64_t> const bits("image::hashes", static_cast<std::size_t>(2 * count));
  for (int w = 0; w < count; ++w) {
    Plane const small = resample(exec, luma, windows[w], 8, 9);
    Plane const square = resample(exec, luma, windows[w], side, side);
    Kokkos::parallel_for(
        "image::hash", Kokkos::RangePolicy<Exec>(exec, 0, 1), KOKKOS_LAMBDA(int) {
          bits(2 * w) = difference_bits(small);
          bits(2 * w + 1) = frequency_bits(square, cosine);
        });
  }
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), bits);
  for (int w = 0; w < count; ++w) hashes[w] = {host(2 * w), host(2 * w + 1)};
}

}  // namespace tidemill::kernels
