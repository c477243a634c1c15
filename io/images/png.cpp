#include "io/images/png.hpp"

#include <fmt/format.h>
#include <png.h>

#include "io/error.hpp"

namespace tidemill::io {
namespace {

/// The library's simplified interface: it returns instead of jumping, and gives any kind of PNG as 8-bit RGB.
struct Image {
  png_image info{};
  Image() { info.version = PNG_IMAGE_VERSION; }
  ~Image() { png_image_free(&info); }
  Image(Image const&) = delete;
  Image& operator=(Image const&) = delete;
};

}  // namespace

DecodedPicture decode_png(std::string_view bytes, PictureLimits const& limits) {
  Image image;
  DecodedPicture result;
  if (png_image_begin_read_from_memory(&image.info, bytes.data(), bytes.size()) == 0) {
    result.problem = image.info.message;
    return result;
  }
  std::int64_t const width = image.info.width, height = image.info.height;
  if (width * height > limits.max_pixels) {
    result.status = PictureStatus::too_large;
    result.problem = fmt::format("{} x {} pixels", width, height);
    return result;
  }
  image.info.format = PNG_FORMAT_RGB;
  Picture picture{static_cast<int>(width), static_cast<int>(height), {}};
  picture.rgb.resize(static_cast<std::size_t>(3 * width * height));
  png_color const white{255, 255, 255};
  int const whole =
      png_image_finish_read(&image.info, &white, picture.rgb.data(), static_cast<int>(3 * width), nullptr);
  result.problem = image.info.message;
  if (whole != 0) {
    result.status = PictureStatus::decoded;
    result.picture = std::move(picture);
  }
  return result;
}

std::string encode_png(Picture const& picture) {
  Image image;
  image.info.width = static_cast<png_uint_32>(picture.width);
  image.info.height = static_cast<png_uint_32>(picture.height);
  image.info.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image.info);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&image.info, bytes.data(), &size, 0, picture.rgb.data(), 3 * picture.width, nullptr) ==
      0) {
    throw Error(
        fmt::format("encoding {} x {} pixels as PNG failed: {}", picture.width, picture.height, image.info.message));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace tidemill::io
