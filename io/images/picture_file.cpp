#include "io/images/picture_file.hpp"

#include <fmt/format.h>

#include <array>

#include "io/digest/sha256.hpp"
#include "io/error.hpp"
#include "io/images/jpeg.hpp"
#include "io/images/png.hpp"
#include "io/store/posix.hpp"

namespace tidemill::io {
namespace {

constexpr std::array<std::string_view, picture_status_count> status_names{
    "decoded", "truncated", "corrupt",    "unsupported",  "not_a_picture",
    "empty",   "too_large", "unreadable", "outside_link", "not_a_file"};

/// The picture turned and mirrored so that Exif orientation `orientation` becomes 1.
Picture upright(Picture const& from, int orientation) {
  bool const swaps = orientation >= 5;
  Picture to{swaps ? from.height : from.width, swaps ? from.width : from.height, {}};
  to.rgb.resize(from.rgb.size());
  bool const from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  bool const from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (int y = 0; y < to.height; ++y) {
    for (int x = 0; x < to.width; ++x) {
      int const column = swaps ? y : x, row = swaps ? x : y;
      int const source_x = from_right ? from.width - 1 - column : column;
      int const source_y = from_bottom ? from.height - 1 - row : row;
      std::size_t const source = 3 * (static_cast<std::size_t>(source_y) * static_cast<std::size_t>(from.width) +
                                      static_cast<std::size_t>(source_x));
      std::size_t const target =
          3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(to.width) + static_cast<std::size_t>(x));
      for (std::size_t c = 0; c < 3; ++c) to.rgb[target + c] = from.rgb[source + c];
    }
  }
  return to;
}

void decode(std::string_view bytes, PictureLimits const& limits, PictureFile& file) {
  PictureStructure const structure = check_structure(bytes, file.detected);
  file.orientation = structure.orientation;
  file.width = structure.orientation >= 5 ? structure.height : structure.width;
  file.height = structure.orientation >= 5 ? structure.width : structure.height;
  file.is_truncated = structure.valid && !structure.complete;
  if (std::int64_t{structure.width} * structure.height > limits.max_pixels) {
    file.status = PictureStatus::too_large;
    file.problem =
        fmt::format("{} x {} pixels, above the limit of {}", structure.width, structure.height, limits.max_pixels);
    return;
  }
  if (file.is_truncated) {
    file.status = PictureStatus::truncated;
    file.problem = structure.problem;
    return;
  }
  if (!structure.valid) {
    file.status = PictureStatus::corrupt;
    file.problem = structure.problem;
    return;
  }
  DecodedPicture decoded =
      file.detected == PictureFormat::jpeg ? decode_jpeg(bytes, limits) : decode_png(bytes, limits);
  file.status = decoded.status;
  file.problem = decoded.problem;
  file.is_truncated = decoded.status == PictureStatus::truncated;
  if (decoded.status != PictureStatus::decoded) return;
  file.picture = file.orientation == 1 ? std::move(decoded.picture) : upright(decoded.picture, file.orientation);
  file.width = file.picture.width;
  file.height = file.picture.height;
}

}  // namespace

std::string name_of(PictureStatus status) { return std::string(status_names[static_cast<std::size_t>(status)]); }

PictureFile read_picture(std::string_view bytes, std::filesystem::path const& name, PictureLimits const& limits) {
  PictureFile file;
  file.declared = declared_format(name);
  file.detected = detected_format(bytes);
  file.bytes = static_cast<std::int64_t>(bytes.size());
  file.sha256 = sha256_of(bytes);
  if (bytes.empty()) {
    file.status = PictureStatus::empty;
  } else if (file.detected == PictureFormat::jpeg || file.detected == PictureFormat::png) {
    decode(bytes, limits, file);
  } else if (file.detected == PictureFormat::unknown) {
    file.status = PictureStatus::not_a_picture;
  } else {
    file.status = PictureStatus::unsupported;
    file.problem = "format " + name_of(file.detected) + " is not decoded";
  }
  return file;
}

PictureFile read_picture(std::filesystem::path const& path, PictureLimits const& limits) {
  PictureFile file;
  file.declared = declared_format(path);
  std::error_code error;
  auto const size = std::filesystem::file_size(path, error);
  if (error) {
    file.problem = error.message();
    return file;
  }
  file.bytes = static_cast<std::int64_t>(size);
  if (file.bytes > limits.max_bytes) {
    file.status = PictureStatus::too_large;
    file.problem = fmt::format("{} bytes, above the limit of {}", file.bytes, limits.max_bytes);
    return file;
  }
  try {
    return read_picture(read_file(path), path, limits);
  } catch (Error const&) {
    file.problem = "cannot be read";
    return file;
  }
}

}  // namespace tidemill::io
