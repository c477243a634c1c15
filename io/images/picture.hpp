#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tidemill::io {

/// 8-bit sRGB pixels, row-major, red green blue interleaved.
struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;  ///< 3 x width x height
};

/// What may be decoded at most: a small file can claim any size.
struct PictureLimits {
  std::int64_t max_pixels = 100'000'000;
  std::int64_t max_bytes = 512'000'000;  ///< of the file
};

/// How far reading a file as a picture came. Every file has exactly one.
enum class PictureStatus : std::int8_t {
  decoded,        ///< whole, and its pixels are known
  truncated,      ///< begins as a picture of a decodable format and ends too early
  corrupt,        ///< of a decodable format, but damaged or not as that format asks
  unsupported,    ///< a picture of a format (or of a variant of one) that is not decoded here
  not_a_picture,  ///< none of the known formats
  empty,          ///< no bytes
  too_large,      ///< above PictureLimits
  unreadable,     ///< cannot be opened or read
  outside_link,   ///< a symbolic link that leads out of the folder, or nowhere; not followed
  not_a_file,     ///< a device, pipe or socket; not opened
};
constexpr int picture_status_count = 10;
std::string name_of(PictureStatus status);

/// Pixels, or why there are none.
struct DecodedPicture {
  PictureStatus status = PictureStatus::corrupt;
  std::string problem;  ///< in the words of the decoding library; empty when decoded without a remark
  Picture picture;      ///< only when decoded
};

}  // namespace tidemill::io
