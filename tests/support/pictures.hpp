#pragma once

#include <algorithm>
#include <cmath>
#include <random>

#include "io/images/picture.hpp"

namespace tidemill::tests {

/// A made-up scene: a sloping background with discs and bars, and a little noise. Another seed, another scene.
inline io::Picture made_up_scene(unsigned seed, int width = 160, int height = 120) {
  std::mt19937 engine(seed);
  auto const draw = [&] { return static_cast<double>(engine() % 10000) / 10000; };
  struct Shape {
    double x, y, radius, aspect, colour[3];
  };
  std::vector<Shape> shapes;
  for (int s = 0; s < 9; ++s) {
    shapes.push_back({draw(), draw(), .05 + .2 * draw(), .4 + 2 * draw(), {230 * draw(), 230 * draw(), 230 * draw()}});
  }
  double const across = 160 * draw() - 80, down = 160 * draw() - 80;
  io::Picture picture{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double const u = (x + .5) / width, v = (y + .5) / height;
      for (int c = 0; c < 3; ++c) {
        double value = 110 + across * (u - .5) + down * (v - .5) + 12 * c;
        for (Shape const& s : shapes) {
          if (std::hypot(u - s.x, (v - s.y) * s.aspect) < s.radius) value = s.colour[c] + 25 * u;
        }
        picture.rgb.push_back(static_cast<std::uint8_t>(std::clamp(value + 6 * draw() - 3, 0.0, 255.0)));
      }
    }
  }
  return picture;
}

/// The part of a picture from (left, top) on.
inline io::Picture cut_out(io::Picture const& from, int left, int top, int width, int height) {
  io::Picture to{width, height, {}};
  for (int y = top; y < top + height; ++y) {
    auto const row = from.rgb.begin() + 3 * (std::ptrdiff_t{y} * from.width + left);
    to.rgb.insert(to.rgb.end(), row, row + 3 * std::ptrdiff_t{width});
  }
  return to;
}

inline io::Picture brightened(io::Picture picture, double factor) {
  for (std::uint8_t& value : picture.rgb) value = static_cast<std::uint8_t>(std::min(255.0, value * factor));
  return picture;
}

/// A white bar with black marks, as a caption would leave.
inline io::Picture captioned(io::Picture picture) {
  for (int y = picture.height * 8 / 10; y < picture.height * 9 / 10; ++y) {
    for (int x = picture.width / 10; x < picture.width / 2; ++x) {
      for (int c = 0; c < 3; ++c) {
        picture.rgb[static_cast<std::size_t>(3 * (y * picture.width + x) + c)] = x / 3 % 2 == 0 ? 255 : 0;
      }
    }
  }
  return picture;
}

}  // namespace tidemill::tests
