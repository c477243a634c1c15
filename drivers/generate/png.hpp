#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tidemill::drivers {

/// Pixels, row-major, red green blue interleaved.
struct RgbPicture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
};

/// A PNG file of these pixels, not compressed: the same bytes whatever library there is.
std::string png_bytes(RgbPicture const& picture);

}  // namespace tidemill::drivers
