#pragma once

#include "kernels/image/plane.hpp"

namespace tidemill::kernels {

/// A part of a picture in pixels: columns left to right, rows top to bottom; ends are not part of it.
struct Window {
  double left = 0, top = 0, right = 0, bottom = 0;
};

/// The window scaled to height x width with a triangle filter that grows with the shrinking (bilinear interpolation
/// when enlarging), taps cut at the picture's border and brought to sum 1: what Pillow calls BILINEAR with a box.
/// Rows are mixed before columns, taps in rising order: the same bits wherever it runs.
Plane resample(Exec const& exec, Luma const& luma, Window const& window, int height, int width);
Plane resample(Exec const& exec, Plane const& plane, Window const& window, int height, int width);
/// One colour (0 red, 1 green, 2 blue).
Plane resample(Exec const& exec, Pixels const& pixels, int colour, Window const& window, int height, int width);

/// The whole of a picture of this many rows and columns.
Window whole(std::size_t height, std::size_t width);

struct Extent {
  int height = 0;
  int width = 0;
};
/// The size with the long side `side` and the same proportions, rounded, at least 1 x 1.
Extent scaled_to(Extent size, int side);

}  // namespace tidemill::kernels
