#include "kernels/image/natural_scene.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "kernels/image/resample.hpp"

namespace tidemill::kernels {
namespace {

constexpr int radius = 3, directions = 4;
/// Of each direction: count and squares left, count and squares right, absolute sum; before them squares and absolute
/// sum of the values themselves.
constexpr int sums_per_direction = 5, sum_count = 2 + directions * sums_per_direction;

using Doubles = Kokkos::View<double**, Kokkos::LayoutRight, DeviceMemory>;
using GaussianTaps = Kokkos::Array<double, 2 * radius + 1>;

GaussianTaps gaussian_taps() {
  GaussianTaps taps;
  double total = 0;
  for (int k = -radius; k <= radius; ++k) total += std::exp(-k * k / (2 * (7.0 / 6) * (7.0 / 6)));
  for (int k = -radius; k <= radius; ++k) {
    taps[static_cast<std::size_t>(k + radius)] = std::exp(-k * k / (2 * (7.0 / 6) * (7.0 / 6))) / total;
  }
  return taps;
}

KOKKOS_INLINE_FUNCTION std::size_t mirrored(std::int64_t at, std::size_t length) {
  if (at < 0) return 0;
  return static_cast<std::size_t>(at) < length ? static_cast<std::size_t>(at) : length - 1;
}

Plane normalised(Exec const& exec, Plane const& plane) {
  std::size_t const height = plane.extent(0), width = plane.extent(1);
  GaussianTaps const tap = gaussian_taps();
  // Columns first, into the mean and the mean square of the rows around each row.
  auto const make = [&](std::string const& label) {
    return Doubles(Kokkos::view_alloc(Kokkos::WithoutInitializing, label), height, width);
  };
  Doubles const mean = make("image::column_mean"), square = make("image::column_square");
  Plane const result(Kokkos::view_alloc(Kokkos::WithoutInitializing, "image::mscn"), height, width);
  using Team = Kokkos::TeamPolicy<Exec>;
  Kokkos::parallel_for(
      "image::mscn_columns", Team(exec, static_cast<int>(height), Kokkos::AUTO),
      KOKKOS_LAMBDA(Team::member_type const& team) {
        auto const y = static_cast<std::size_t>(team.league_rank());
        Kokkos::parallel_for(Kokkos::TeamThreadRange(team, width), [&](std::size_t x) {
          double sum = 0, squares = 0;
          for (int k = -radius; k <= radius; ++k) {
            double const value = plane(mirrored(static_cast<std::int64_t>(y) + k, height), x);
            sum += tap[static_cast<std::size_t>(k + radius)] * value;
            squares += tap[static_cast<std::size_t>(k + radius)] * (value * value);
          }
          mean(y, x) = sum;
          square(y, x) = squares;
        });
      });
  Kokkos::parallel_for(
      "image::mscn_rows", Team(exec, static_cast<int>(height), Kokkos::AUTO),
      KOKKOS_LAMBDA(Team::member_type const& team) {
        auto const y = static_cast<std::size_t>(team.league_rank());
        Kokkos::parallel_for(Kokkos::TeamThreadRange(team, width), [&](std::size_t x) {
          double mu = 0, squares = 0;
          for (int k = -radius; k <= radius; ++k) {
            std::size_t const at = mirrored(static_cast<std::int64_t>(x) + k, width);
            mu += tap[static_cast<std::size_t>(k + radius)] * mean(y, at);
            squares += tap[static_cast<std::size_t>(k + radius)] * square(y, at);
          }
          double const variance = squares - mu * mu;
          // Below what rounding leaves of a flat part there is nothing to see.
          double const sigma = variance > 1e-9 ? sqrt(variance) : 0;
          double const deviation = plane(y, x) - mu;
          result(y, x) = sigma > 0 ? static_cast<float>(deviation / (sigma + 1)) : 0.0f;
        });
      });
  return result;
}

/// Sums of all rows in the order of the rows, and in the last places the numbers of pairs.
std::vector<double> moment_sums(Exec const& exec, Plane const& mscn) {
  std::size_t const height = mscn.extent(0), width = mscn.extent(1);
  Doubles const sums("image::moments", height, sum_count);
  Kokkos::parallel_for(
      "image::moments", Kokkos::RangePolicy<Exec>(exec, 0, height), KOKKOS_LAMBDA(std::size_t y) {
        double squares = 0, absolute = 0;
        for (std::size_t x = 0; x < width; ++x) {
          double const value = mscn(y, x);
          squares += value * value;
          absolute += fabs(value);
        }
        sums(y, 0) = squares;
        sums(y, 1) = absolute;
        int const down[directions] = {0, 1, 1, 1}, right[directions] = {1, 0, 1, -1};
        for (int d = 0; d < directions; ++d) {
          if (y + static_cast<std::size_t>(down[d]) >= height) continue;
          double left_count = 0, left = 0, right_count = 0, above = 0, magnitude = 0;
          std::size_t const begin = right[d] < 0 ? 1 : 0;
          std::size_t const end = right[d] > 0 ? width - 1 : width;
          float const* const other = &mscn(y + static_cast<std::size_t>(down[d]), 0) + right[d];
          for (std::size_t x = begin; x < end; ++x) {
            double const product = static_cast<double>(mscn(y, x)) * other[x];
            double const squared = product * product;
            left_count += product < 0 ? 1 : 0;
            left += product < 0 ? squared : 0;
            right_count += product > 0 ? 1 : 0;
            above += product > 0 ? squared : 0;
            magnitude += fabs(product);
          }
          double const found[sums_per_direction] = {left_count, left, right_count, above, magnitude};
          for (int i = 0; i < sums_per_direction; ++i) sums(y, 2 + d * sums_per_direction + i) = found[i];
        }
      });
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), sums);
  std::vector<double> total(sum_count, 0.0);
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t i = 0; i < sum_count; ++i) total[i] += host(y, i);
  }
  return total;
}

/// The shapes of the grid and what they make of (mean |x|)^2 / mean x^2: gamma(2/a)^2 / (gamma(1/a) gamma(3/a)), which
/// rises with the shape a.
struct ShapeGrid {
  std::vector<double> ratio;

  ShapeGrid() {
    for (int i = 0; i <= 9800; ++i) {
      double const a = shape(static_cast<std::size_t>(i));
      ratio.push_back(std::exp(2 * std::lgamma(2 / a) - std::lgamma(1 / a) - std::lgamma(3 / a)));
    }
  }
  static double shape(std::size_t place) { return 0.2 + 0.001 * static_cast<double>(place); }
  double nearest(double wanted) const {
    auto place = static_cast<std::size_t>(std::lower_bound(ratio.begin(), ratio.end(), wanted) - ratio.begin());
    if (place == ratio.size()) --place;
    if (place > 0 && wanted - ratio[place - 1] <= ratio[place] - wanted) --place;
    return shape(place);
  }
};

void fit(std::vector<double> const& sums, double pixels, double const (&pairs)[directions], double* features) {
  static ShapeGrid const grid;
  double const variance = sums[0] / pixels, absolute = sums[1] / pixels;
  features[0] = variance > 0 ? grid.nearest(absolute * absolute / variance) : 10;
  features[1] = variance;
  for (int d = 0; d < directions; ++d) {
    double const* const s = sums.data() + 2 + d * sums_per_direction;
    double* const out = features + 2 + 4 * d;
    double const left = s[0] > 0 ? s[1] / s[0] : 0, right = s[2] > 0 ? s[3] / s[2] : 0;
    double const second = pairs[d] > 0 ? (s[1] + s[3]) / pairs[d] : 0;
    if (!(second > 0)) {
      out[0] = 10;
      continue;
    }
    double const left_deviation = std::sqrt(left), right_deviation = std::sqrt(right);
    double const magnitude = s[4] / pairs[d];
    // Lasmar, Stitou & Berthoumieu 2009: the ratio of moments, corrected for the difference of the sides, which is the
    // same for both of them (skew and 1 / skew give the same factor).
    double factor = 1;
    if (left_deviation > 0 && right_deviation > 0) {
      double const skew = left_deviation / right_deviation;
      factor = (skew * skew * skew + 1) * (skew + 1) / ((skew * skew + 1) * (skew * skew + 1));
    }
    double const shape = grid.nearest(magnitude * magnitude / second * factor);
    double const scale = std::exp(0.5 * (std::lgamma(1 / shape) - std::lgamma(3 / shape)));
    out[0] = shape;
    out[1] = (right_deviation - left_deviation) * scale * std::exp(std::lgamma(2 / shape) - std::lgamma(1 / shape));
    out[2] = left;
    out[3] = right;
  }
}

void features_of_size(Exec const& exec, Plane const& plane, double* features) {
  std::vector<double> const sums = moment_sums(exec, normalised(exec, plane));
  auto const height = static_cast<double>(plane.extent(0)), width = static_cast<double>(plane.extent(1));
  double const pairs[directions] = {height * (width - 1), (height - 1) * width, (height - 1) * (width - 1),
                                    (height - 1) * (width - 1)};
  fit(sums, height * width, pairs, features);
}

}  // namespace

std::array<double, natural_scene_count> natural_scene_features(Exec const& exec, Plane const& plane) {
  std::array<double, natural_scene_count> features{};
  features_of_size(exec, plane, features.data());
  auto const half = [](std::size_t length) { return std::max(1, static_cast<int>(length / 2)); };
  Plane const small =
      resample(exec, plane, whole(plane.extent(0), plane.extent(1)), half(plane.extent(0)), half(plane.extent(1)));
  features_of_size(exec, small, features.data() + natural_scene_count / 2);
  return features;
}

}  // namespace tidemill::kernels
