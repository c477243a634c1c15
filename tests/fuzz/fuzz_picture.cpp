// Pictures: nothing is thrown for what is in a file, and a decoded picture has all its pixels.
#include "io/images/picture_file.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {

void fuzz_one(std::string_view bytes) {
  io::PictureLimits limits;
  io::PictureFile const file = io::read_picture(bytes, "picture.jpg", limits);
  if (file.status != io::PictureStatus::decoded) return;
  promise(file.picture.width > 0 && file.picture.height > 0, "a decoded picture has a size");
  promise(static_cast<std::size_t>(file.picture.width) * static_cast<std::size_t>(file.picture.height) * 3 ==
              file.picture.rgb.size(),
          "a decoded picture has all its pixels");
}

}  // namespace tidemill::tests
