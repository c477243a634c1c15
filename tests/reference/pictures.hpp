#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

// Plain definitions of the picture measures, in double and pixel by pixel; the kernels are judged against them.
namespace tidemill::reference {

struct Grid {
  int height = 0, width = 0;
  std::vector<double> value;
  double at(int y, int x) const {
    return value[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
  }
  double repeated(int y, int x) const { return at(std::clamp(y, 0, height - 1), std::clamp(x, 0, width - 1)); }
};

/// Triangle filter over a window, weights of the taps inside the picture brought to sum 1.
inline Grid scaled(Grid const& from, double left, double top, double right, double bottom, int height, int width) {
  auto const weights = [](int length, double begin, double end, int count, int place) {
    double const scale = (end - begin) / count, support = std::max(1.0, scale), centre = begin + (place + .5) * scale;
    std::vector<double> weight(static_cast<std::size_t>(length), 0.0);
    double total = 0;
    for (int i = 0; i < length; ++i) {
      weight[static_cast<std::size_t>(i)] = std::max(0.0, 1 - std::abs(i + .5 - centre) / support);
      total += weight[static_cast<std::size_t>(i)];
    }
    for (double& w : weight) w /= total;
    return weight;
  };
  Grid to{height, width, {}};
  for (int y = 0; y < height; ++y) {
    std::vector<double> const rows = weights(from.height, top, bottom, height, y);
    for (int x = 0; x < width; ++x) {
      std::vector<double> const columns = weights(from.width, left, right, width, x);
      double sum = 0;
      for (int i = 0; i < from.height; ++i) {
        for (int j = 0; j < from.width; ++j) {
          sum += rows[static_cast<std::size_t>(i)] * columns[static_cast<std::size_t>(j)] * from.at(i, j);
        }
      }
      to.value.push_back(sum);
    }
  }
  return to;
}

inline Grid luma(std::vector<std::uint8_t> const& rgb, int height, int width) {
  Grid grid{height, width, {}};
  for (std::size_t i = 0; i < rgb.size(); i += 3) {
    grid.value.push_back(std::floor((19595.0 * rgb[i] + 38470.0 * rgb[i + 1] + 7471.0 * rgb[i + 2] + 32768) / 65536));
  }
  return grid;
}

/// Mean of |3 x 3 response| times sqrt(pi / 2) / 6.
inline double noise(Grid const& grid) {
  int const mask[3][3] = {{1, -2, 1}, {-2, 4, -2}, {1, -2, 1}};
  double sum = 0;
  for (int y = 1; y + 1 < grid.height; ++y) {
    for (int x = 1; x + 1 < grid.width; ++x) {
      double response = 0;
      for (int i = 0; i < 9; ++i) response += mask[i / 3][i % 3] * grid.at(y - 1 + i / 3, x - 1 + i % 3);
      sum += std::abs(response);
    }
  }
  return std::sqrt(std::acos(-1.0) / 2) * sum / (6.0 * (grid.height - 2) * (grid.width - 2));
}

inline double sharpness(Grid const& grid) {
  std::vector<double> values;
  for (int y = 1; y + 1 < grid.height; ++y) {
    for (int x = 1; x + 1 < grid.width; ++x) {
      values.push_back(grid.at(y - 1, x) + grid.at(y + 1, x) + grid.at(y, x - 1) + grid.at(y, x + 1) -
                       4 * grid.at(y, x));
    }
  }
  double mean = 0, variance = 0;
  for (double const v : values) mean += v / static_cast<double>(values.size());
  for (double const v : values) variance += (v - mean) * (v - mean) / static_cast<double>(values.size());
  return variance;
}

inline std::uint64_t difference_hash(Grid const& luma) {
  Grid const small = scaled(luma, 0, 0, luma.width, luma.height, 8, 9);
  std::uint64_t bits = 0;
  for (int i = 0; i < 64; ++i) {
    if (small.at(i / 8, i % 8 + 1) > small.at(i / 8, i % 8)) bits |= std::uint64_t{1} << i;
  }
  return bits;
}

inline std::uint64_t frequency_hash(Grid const& luma) {
  Grid const small = scaled(luma, 0, 0, luma.width, luma.height, 32, 32);
  double const pi = std::acos(-1.0);
  std::vector<double> coefficients;
  for (int v = 0; v < 8; ++v) {
    for (int u = 0; u < 8; ++u) {
      double sum = 0;
      for (int y = 0; y < 32; ++y) {
        for (int x = 0; x < 32; ++x) {
          sum += small.at(y, x) * std::cos((2 * y + 1) * v * pi / 64) * std::cos((2 * x + 1) * u * pi / 64);
        }
      }
      coefficients.push_back(sum * (u == 0 ? std::sqrt(.5) : 1) * (v == 0 ? std::sqrt(.5) : 1) / 16);
    }
  }
  std::vector<double> rest(coefficients.begin() + 1, coefficients.end());
  std::sort(rest.begin(), rest.end());
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 64; ++i) {
    if (coefficients[i] > rest[31]) bits |= std::uint64_t{1} << i;
  }
  return bits;
}

/// (I - mu) / (sigma + 1) with a 7 x 7 Gaussian of standard deviation 7/6, borders repeated.
inline Grid mscn(Grid const& grid) {
  double total = 0;
  auto const bell = [](int i, int j) { return std::exp(-(i * i + j * j) / (2 * 49.0 / 36)); };
  for (int i = -3; i <= 3; ++i) {
    for (int j = -3; j <= 3; ++j) total += bell(i, j);
  }
  Grid result{grid.height, grid.width, {}};
  for (int y = 0; y < grid.height; ++y) {
    for (int x = 0; x < grid.width; ++x) {
      double mu = 0, variance = 0;
      for (int i = -3; i <= 3; ++i) {
        for (int j = -3; j <= 3; ++j) mu += bell(i, j) / total * grid.repeated(y + i, x + j);
      }
      for (int i = -3; i <= 3; ++i) {
        for (int j = -3; j <= 3; ++j) {
          double const deviation = grid.repeated(y + i, x + j) - mu;
          variance += bell(i, j) / total * deviation * deviation;
        }
      }
      result.value.push_back((grid.at(y, x) - mu) / (std::sqrt(variance) + 1));
    }
  }
  return result;
}

/// Shape of the grid .2, .201 .. 10 whose gamma(2/a)^2 / (gamma(1/a) gamma(3/a)) is nearest.
inline double shape_for(double ratio) {
  double best = .2, distance = 1e300;
  for (int i = 0; i <= 9800; ++i) {
    double const a = .2 + .001 * i;
    double const d =
        std::abs(std::tgamma(2 / a) * std::tgamma(2 / a) / (std::tgamma(1 / a) * std::tgamma(3 / a)) - ratio);
    if (d < distance) {
      distance = d;
      best = a;
    }
  }
  return best;
}

/// The 18 values of one size.
inline std::vector<double> natural_scene(Grid const& grid) {
  Grid const values = mscn(grid);
  double squares = 0, absolute = 0;
  for (double const v : values.value) {
    squares += v * v;
    absolute += std::abs(v);
  }
  auto const n = static_cast<double>(values.value.size());
  std::vector<double> result{shape_for(absolute / n * absolute / n / (squares / n)), squares / n};
  int const down[] = {0, 1, 1, 1}, right[] = {1, 0, 1, -1};
  for (int d = 0; d < 4; ++d) {
    double count = 0, lefts = 0, left = 0, rights = 0, above = 0, magnitude = 0;
    for (int y = 0; y + down[d] < grid.height; ++y) {
      for (int x = 0; x < grid.width; ++x) {
        if (x + right[d] < 0 || x + right[d] >= grid.width) continue;
        double const product = values.at(y, x) * values.at(y + down[d], x + right[d]);
        count += 1;
        magnitude += std::abs(product);
        (product < 0 ? lefts : rights) += product != 0 ? 1 : 0;
        (product < 0 ? left : above) += product * product;
      }
    }
    double const sl = std::sqrt(left / lefts), sr = std::sqrt(above / rights), g = sl / sr;
    double const ratio = magnitude / count * magnitude / count / ((left + above) / count);
    double const a = shape_for(ratio * (g * g * g + 1) * (g + 1) / ((g * g + 1) * (g * g + 1)));
    double const mean =
        (sr - sl) * std::sqrt(std::tgamma(1 / a) / std::tgamma(3 / a)) * std::tgamma(2 / a) / std::tgamma(1 / a);
    result.insert(result.end(), {a, mean, sl * sl, sr * sr});
  }
  return result;
}

}  // namespace tidemill::reference
