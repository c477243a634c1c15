#include "kernels/image/resample.hpp"

#include <algorithm>
#include <cmath>

namespace tidemill::kernels {
namespace {

/// For each place of the output: which places of the input it mixes and how strongly.
struct Taps {
  Array<int> first, count;
  Plane weight;  ///< output place x tap
};

Taps make_taps(Exec const& exec, int input, double begin, double end, int output) {
  double const scale = (end - begin) / output;
  double const support = std::max(scale, 1.0);
  auto const places = static_cast<std::size_t>(output);
  Taps const taps{Array<int>("image::first", places), Array<int>("image::count", places),
                  Plane("image::weight", places, static_cast<std::size_t>(std::ceil(support)) * 2 + 1)};
  auto const first = Kokkos::create_mirror_view(taps.first);
  auto const count = Kokkos::create_mirror_view(taps.count);
  auto const weight = Kokkos::create_mirror_view(taps.weight);
  for (int place = 0; place < output; ++place) {
    double const centre = begin + (place + 0.5) * scale;
    int const low = std::clamp(static_cast<int>(std::floor(centre - support + 0.5)), 0, input - 1);
    int const high = std::clamp(static_cast<int>(std::floor(centre + support + 0.5)), low + 1, input);
    double total = 0;
    auto const share = [&](int at) { return std::max(0.0, 1 - std::abs(at - centre + 0.5) / support); };
    for (int at = low; at < high; ++at) total += share(at);
    first(place) = low;
    count(place) = high - low;
    for (int at = low; at < high; ++at) {
      weight(place, at - low) = static_cast<float>(total > 0 ? share(at) / total : 1.0 / (high - low));
    }
  }
  Kokkos::deep_copy(exec, taps.first, first);
  Kokkos::deep_copy(exec, taps.count, count);
  Kokkos::deep_copy(exec, taps.weight, weight);
  exec.fence();
  return taps;
}

/// `stride` and `offset` pick the values of a row: 1 and 0 for a plane, 3 and the colour for pixels.
template <class Value>
struct MixRows {
  Value const* from;
  std::size_t row_length, stride, offset;
  Taps taps;
  Plane to;

  KOKKOS_FUNCTION void operator()(Kokkos::TeamPolicy<Exec>::member_type const& team) const {
    auto const y = static_cast<std::size_t>(team.league_rank());
    std::size_t const width = to.extent(1);
    float* const out = &to(y, 0);
    for (int tap = 0; tap < taps.count(y); ++tap) {
      float const weight = taps.weight(y, tap);
      Value const* const in = from + static_cast<std::size_t>(taps.first(y) + tap) * row_length + offset;
      std::size_t const step = stride;
      if (tap == 0) {
        Kokkos::parallel_for(Kokkos::TeamThreadRange(team, width),
                             [&](std::size_t x) { out[x] = weight * static_cast<float>(in[x * step]); });
      } else {
        Kokkos::parallel_for(Kokkos::TeamThreadRange(team, width),
                             [&](std::size_t x) { out[x] += weight * static_cast<float>(in[x * step]); });
      }
    }
  }
};

Plane mix_columns(Exec const& exec, Plane const& from, Taps const& taps, int width) {
  Plane const to(Kokkos::view_alloc(Kokkos::WithoutInitializing, "image::resampled"), from.extent(0),
                 static_cast<std::size_t>(width));
  Kokkos::parallel_for(
      "image::mix_columns", Kokkos::RangePolicy<Exec>(exec, 0, from.extent(0)), KOKKOS_LAMBDA(std::size_t y) {
        for (int x = 0; x < width; ++x) {
          float const* const in = &from(y, taps.first(x));
          float const* const weight = &taps.weight(x, 0);
          float sum = weight[0] * in[0];
          for (int tap = 1; tap < taps.count(x); ++tap) sum += weight[tap] * in[tap];
          to(y, x) = sum;
        }
      });
  return to;
}

template <class Value>
Plane resample_values(Exec const& exec, Value const* from, Extent size, std::size_t stride, std::size_t offset,
                      Window const& window, int height, int width) {
  auto const columns = static_cast<std::size_t>(size.width);
  Taps const rows = make_taps(exec, size.height, window.top, window.bottom, height);
  Plane const mixed(Kokkos::view_alloc(Kokkos::WithoutInitializing, "image::mixed_rows"),
                    static_cast<std::size_t>(height), columns);
  Kokkos::parallel_for("image::mix_rows", Kokkos::TeamPolicy<Exec>(exec, height, Kokkos::AUTO),
                       MixRows<Value>{from, columns * stride, stride, offset, rows, mixed});
  return mix_columns(exec, mixed, make_taps(exec, size.width, window.left, window.right, width), width);
}

template <class View>
Extent extent_of(View const& view) {
  return {static_cast<int>(view.extent(0)), static_cast<int>(view.extent(1))};
}

}  // namespace

Plane resample(Exec const& exec, Luma const& luma, Window const& window, int height, int width) {
  return resample_values<std::uint8_t>(exec, luma.data(), extent_of(luma), 1, 0, window, height, width);
}

Plane resample(Exec const& exec, Plane const& plane, Window const& window, int height, int width) {
  return resample_values<float>(exec, plane.data(), extent_of(plane), 1, 0, window, height, width);
}

Plane resample(Exec const& exec, Pixels const& pixels, int colour, Window const& window, int height, int width) {
  return resample_values<std::uint8_t>(exec, pixels.data(), extent_of(pixels), 3, static_cast<std::size_t>(colour),
                                       window, height, width);
}

Window whole(std::size_t height, std::size_t width) {
  return {0, 0, static_cast<double>(width), static_cast<double>(height)};
}

Extent scaled_to(Extent size, int side) {
  double const share = static_cast<double>(side) / std::max(size.height, size.width);
  auto const scaled = [&](int length) { return std::max(1, static_cast<int>(std::floor(length * share + 0.5))); };
  return {scaled(size.height), scaled(size.width)};
}

}  // namespace tidemill::kernels
