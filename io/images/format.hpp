#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tidemill::io {

enum class PictureFormat : signed char {
  unknown,
  jpeg,
  png,
  gif,
  webp,
  bmp,
  tiff,
  heif,
  avif,
  jpegxl,
  icon,
  photoshop
};
std::string name_of(PictureFormat format);

/// What the name says (its extension, case ignored).
PictureFormat declared_format(std::filesystem::path const& path);
/// What the first bytes say.
PictureFormat detected_format(std::string_view bytes);

/// What a walk over the parts of a JPEG or PNG file finds, without decoding.
struct PictureStructure {
  bool complete = false;  ///< reaches the end marker
  bool valid = false;     ///< what is there keeps the rules of the format (order, lengths, check sums)
  int width = 0, height = 0;
  int orientation = 1;  ///< Exif, 1 to 8
  std::string problem;  ///< the first broken rule
};
PictureStructure check_structure(std::string_view bytes, PictureFormat format);

}  // namespace tidemill::io
