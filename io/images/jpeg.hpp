#pragma once

#include <string_view>

#include "io/images/picture.hpp"

namespace tidemill::io {

/// The pixels of a JPEG file, as stored (not turned by its Exif orientation); grey and CMYK become RGB. Any bytes are
/// safe. Damage that the library repairs by guessing (grey blocks) counts as damage here.
DecodedPicture decode_jpeg(std::string_view bytes, PictureLimits const& limits);

/// Baseline JPEG with 4:2:0 colours; quality 1 to 100. The same bytes for the same pixels.
std::string encode_jpeg(Picture const& picture, int quality);

}  // namespace tidemill::io
