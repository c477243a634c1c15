#include "drivers/assets/thumbnails.hpp"

#include <algorithm>

#include "drivers/assets/pixels.hpp"
#include "io/images/jpeg.hpp"
#include "io/images/picture_file.hpp"
#include "kernels/image/filters.hpp"

namespace tidemill::drivers {
namespace {

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::size_t const some = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (i < some ? static_cast<std::uint8_t>(bytes[at + i]) : 0u);
    for (std::size_t i = 0; i < 4; ++i) text += i <= some ? digits[group >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

}  // namespace

std::string thumbnail_jpeg(io::Picture const& picture, int side, int quality) {
  kernels::Extent const size{picture.height, picture.width};
  if (std::max(size.height, size.width) <= side) return io::encode_jpeg(picture, quality);
  return io::encode_jpeg(
      picture_of(kernels::resized(kernels::Exec(), pixels_of(picture), kernels::scaled_to(size, side))), quality);
}

std::string jpeg_data_uri(std::string_view jpeg) { return "data:image/jpeg;base64," + base64(jpeg); }

std::vector<std::string> contact_sheet(std::filesystem::path const& folder, std::span<std::string const> paths,
                                       int side, io::PictureLimits const& limits) {
  std::vector<std::string> sheet;
  for (std::string const& path : paths) {
    io::PictureFile const file = io::read_picture(folder / path, limits);
    bool const is_decoded = file.status == io::PictureStatus::decoded;
    sheet.push_back(is_decoded ? jpeg_data_uri(thumbnail_jpeg(file.picture, side)) : std::string());
  }
  return sheet;
}

}  // namespace tidemill::drivers
