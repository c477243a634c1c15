#pragma once

#include <string_view>

#include "io/images/picture.hpp"

namespace tidemill::io {

/// The pixels of a PNG file as 8-bit sRGB; what is transparent lies on white. Any bytes are safe.
DecodedPicture decode_png(std::string_view bytes, PictureLimits const& limits);

/// 8-bit RGB. The same bytes for the same pixels.
std::string encode_png(Picture const& picture);

}  // namespace tidemill::io
