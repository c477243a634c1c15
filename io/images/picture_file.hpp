#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "io/images/format.hpp"
#include "io/images/picture.hpp"

namespace tidemill::io {

/// One file seen as a picture. Never throws for what is in the file: damage is a status.
struct PictureFile {
  PictureStatus status = PictureStatus::unreadable;
  std::string problem;
  PictureFormat declared = PictureFormat::unknown;  ///< by name
  PictureFormat detected = PictureFormat::unknown;  ///< by content
  bool is_truncated = false;
  int width = 0, height = 0;  ///< upright; as the file says when it could not be decoded, 0 when it does not say
  int orientation = 1;        ///< Exif; the pixels are turned upright already
  std::int64_t bytes = 0;
  std::string sha256;  ///< of the bytes; empty when they could not be read
  Picture picture;

  bool is_consistent() const { return declared == detected; }
};

PictureFile read_picture(std::filesystem::path const& path, PictureLimits const& limits);
/// The same for bytes in memory; `name` gives the declared format.
PictureFile read_picture(std::string_view bytes, std::filesystem::path const& name, PictureLimits const& limits);

}  // namespace tidemill::io
