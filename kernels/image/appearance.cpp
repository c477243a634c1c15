#include "kernels/image/appearance.hpp"

#include <cmath>

namespace tidemill::kernels {
namespace {

// Where the groups begin among the sums: colour sums and sums of squares, then as in the header.
constexpr int hue = 6, brightness = 18, edges = 26, patterns = 58;
constexpr float unit = 16;  // of weights

using Counts = Kokkos::View<std::int64_t**, Kokkos::LayoutRight, DeviceMemory>;  // row x sum

KOKKOS_INLINE_FUNCTION std::int64_t quantised(float value) { return static_cast<std::int64_t>(value * unit + 0.5f); }

struct CountRow {
  Plane red, green, blue;
  Counts counts;

  KOKKOS_FUNCTION float luma(std::size_t y, std::size_t x) const {
    return 0.299f * red(y, x) + 0.587f * green(y, x) + 0.114f * blue(y, x);
  }

  KOKKOS_FUNCTION void count_colour(std::size_t y, std::size_t x) const {
    float const r = red(y, x), g = green(y, x), b = blue(y, x);
    float const colours[3] = {r, g, b};
    for (int c = 0; c < 3; ++c) {
      std::int64_t const value = quantised(colours[c]);
      counts(y, c) += value;
      counts(y, 3 + c) += value * value;
    }
    float const most = fmaxf(r, fmaxf(g, b)), least = fminf(r, fminf(g, b)), chroma = most - least;
    if (chroma > 0) {
      float sixth = 0;
      if (most == r) {
        sixth = (g - b) / chroma;
        if (sixth < 0) sixth += 6;
      } else if (most == g) {
        sixth = (b - r) / chroma + 2;
      } else {
        sixth = (r - g) / chroma + 4;
      }
      int const part = static_cast<int>(2 * sixth);
      counts(y, hue + (part > 11 ? 11 : part)) += quantised(chroma);
    }
    int const level = static_cast<int>(luma(y, x)) / 32;
    counts(y, brightness + (level > 7 ? 7 : level)) += 1;
  }

  KOKKOS_FUNCTION void count_edge(std::size_t y, std::size_t x) const {
    float const across = luma(y, x + 1) - luma(y, x - 1), down = luma(y + 1, x) - luma(y - 1, x);
    float const gradient = sqrtf(across * across + down * down);
    if (!(gradient > 0)) return;
    double angle = atan2(static_cast<double>(down), static_cast<double>(across));
    if (angle < 0) angle += 3.14159265358979323846;
    int const part = static_cast<int>(angle * (8 / 3.14159265358979323846));
    int const quarter = (2 * y >= red.extent(0) ? 2 : 0) + (2 * x >= red.extent(1) ? 1 : 0);
    counts(y, edges + 8 * quarter + part % 8) += quantised(gradient);
  }

  KOKKOS_FUNCTION void count_pattern(std::size_t y, std::size_t x) const {
    int const down[8] = {0, 1, 1, 1, 0, -1, -1, -1}, right[8] = {1, 1, 0, -1, -1, -1, 0, 1};
    float const here = luma(y, x);
    int bits = 0, ones = 0, changes = 0;
    for (int k = 0; k < 8; ++k) {
      bool const bright = luma(y + static_cast<std::size_t>(static_cast<std::int64_t>(down[k])),
                               x + static_cast<std::size_t>(static_cast<std::int64_t>(right[k]))) >= here;
      bits |= bright ? 1 << k : 0;
      ones += bright ? 1 : 0;
    }
    for (int k = 0; k < 8; ++k) changes += (bits >> k & 1) != (bits >> ((k + 1) % 8) & 1) ? 1 : 0;
    counts(y, patterns + (changes <= 2 ? ones : 9)) += 1;
  }

  KOKKOS_FUNCTION void operator()(std::size_t y) const {
    std::size_t const height = red.extent(0), width = red.extent(1);
    for (std::size_t x = 0; x < width; ++x) {
      count_colour(y, x);
      if (y == 0 || x == 0 || y + 1 >= height || x + 1 >= width) continue;
      count_edge(y, x);
      count_pattern(y, x);
    }
  }
};

}  // namespace

std::array<double, appearance_count> appearance_of(Exec const& exec, Plane const& red, Plane const& green,
                                                   Plane const& blue) {
  std::size_t const height = red.extent(0);
  Counts const counts("image::appearance", height, appearance_count);
  Kokkos::parallel_for("image::appearance", Kokkos::RangePolicy<Exec>(exec, 0, height),
                       CountRow{red, green, blue, counts});
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), counts);
  std::array<double, appearance_count> result{};
  std::array<std::int64_t, appearance_count> total{};
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += host(y, i);
  }
  auto const pixels = static_cast<double>(height * red.extent(1));
  for (std::size_t c = 0; c < 3; ++c) {
    double const mean = static_cast<double>(total[c]) / pixels / unit;
    double const variance = static_cast<double>(total[3 + c]) / pixels / (unit * unit) - mean * mean;
    result[c] = mean / 255;
    result[3 + c] = variance > 0 ? std::sqrt(variance) / 255 : 0;
  }
  auto const shares = [&](std::size_t begin, std::size_t end) {
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += static_cast<double>(total[i]);
    for (std::size_t i = begin; i < end && sum > 0; ++i) result[i] = static_cast<double>(total[i]) / sum;
  };
  shares(hue, brightness);
  shares(brightness, edges);
  shares(edges, patterns);
  shares(patterns, appearance_count);
  return result;
}

std::vector<std::string> appearance_names() {
  std::vector<std::string> names{"red_mean", "green_mean", "blue_mean", "red_spread", "green_spread", "blue_spread"};
  auto const add = [&](std::string const& stem, int count) {
    for (int i = 0; i < count; ++i) names.push_back(stem + std::to_string(i));
  };
  add("hue_", 12);
  add("brightness_", 8);
  for (char const* quarter : {"upper_left_", "upper_right_", "lower_left_", "lower_right_"}) {
    add(std::string("edge_") + quarter, 8);
  }
  add("pattern_", 10);
  return names;
}

}  // namespace tidemill::kernels
