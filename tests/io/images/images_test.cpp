#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "io/error.hpp"
#include "io/images/jpeg.hpp"
#include "io/images/list_files.hpp"
#include "io/images/picture_file.hpp"
#include "io/images/png.hpp"
#include "io/store/posix.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

/// Soft colours that survive JPEG nearly unchanged.
Picture example(int width, int height) {
  Picture picture{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      picture.rgb.push_back(static_cast<std::uint8_t>(40 + 2 * x));
      picture.rgb.push_back(static_cast<std::uint8_t>(200 - 2 * y));
      picture.rgb.push_back(static_cast<std::uint8_t>(60 + x + y));
    }
  }
  return picture;
}

PictureFile read(std::string const& bytes, std::string const& name) { return read_picture(bytes, name, {}); }

TEST(Images, PixelsComeBack) {
  Picture const picture = example(70, 50);
  PictureFile const png = read(encode_png(picture), "a.PNG");
  EXPECT_EQ(png.status, PictureStatus::decoded);
  EXPECT_EQ(png.picture.rgb, picture.rgb);
  EXPECT_TRUE(png.is_consistent());
  PictureFile const jpeg = read(encode_jpeg(picture, 95), "a.jpeg");
  EXPECT_EQ(jpeg.status, PictureStatus::decoded) << jpeg.problem;
  ASSERT_EQ(jpeg.picture.rgb.size(), picture.rgb.size());
  for (std::size_t i = 0; i < picture.rgb.size(); ++i) ASSERT_NEAR(jpeg.picture.rgb[i], picture.rgb[i], 12);
  EXPECT_EQ(encode_jpeg(picture, 80), encode_jpeg(picture, 80));
}

TEST(Images, DeclaredAndDetectedMayDiffer) {
  PictureFile const file = read(encode_png(example(9, 9)), "photo.jpg");
  EXPECT_EQ(file.declared, PictureFormat::jpeg);
  EXPECT_EQ(file.detected, PictureFormat::png);
  EXPECT_FALSE(file.is_consistent());
  EXPECT_EQ(file.status, PictureStatus::decoded);
}

TEST(Images, EveryTruncationIsSeen) {
  for (std::string const& whole : {encode_jpeg(example(64, 48), 90), encode_png(example(64, 48))}) {
    for (std::size_t size = 0; size < whole.size(); size += 1 + size / 40) {
      PictureFile const file = read(whole.substr(0, size), "x");
      ASSERT_NE(file.status, PictureStatus::decoded) << size;
      if (size >= 8) {
        ASSERT_EQ(file.status, PictureStatus::truncated) << size;
        ASSERT_TRUE(file.is_truncated);
      }
    }
    EXPECT_EQ(read(whole + "rubbish behind the end", "x").status, PictureStatus::decoded);
  }
}

TEST(Images, FlippedBitsNeverCrash) {
  std::set<PictureStatus> seen;
  for (std::string const& whole : {encode_jpeg(example(40, 40), 85), encode_png(example(40, 40))}) {
    for (std::size_t bit = 0; bit < 8 * whole.size(); bit += 5) {
      std::string bytes = whole;
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
      PictureFile const file = read(bytes, "x");
      seen.insert(file.status);
      if (file.status == PictureStatus::decoded) {
        ASSERT_EQ(file.picture.rgb.size(), 3u * static_cast<std::size_t>(file.width * file.height));
      }
    }
  }
  EXPECT_TRUE(seen.contains(PictureStatus::corrupt));
  EXPECT_TRUE(seen.contains(PictureStatus::truncated));
}

TEST(Images, PngCheckSumsAreChecked) {
  std::string bytes = encode_png(example(40, 40));
  bytes[bytes.find("IDAT") + 9] ^= 1;
  PictureFile const file = read(bytes, "x.png");
  EXPECT_EQ(file.status, PictureStatus::corrupt);
  EXPECT_EQ(file.problem, "wrong check sum of chunk IDAT");
}

TEST(Images, ClaimedSizesAreLimited) {
  // The header of a picture of 65535 x 65535 pixels, followed by nothing of the kind.
  std::string jpeg = encode_jpeg(example(16, 16), 50);
  std::size_t const frame = jpeg.find("\xFF\xC0");
  for (std::size_t i = 5; i < 9; ++i) jpeg[frame + i] = '\xFF';
  EXPECT_EQ(read(jpeg, "bomb.jpg").status, PictureStatus::too_large);
  PictureLimits const small{1000, 1000};
  EXPECT_EQ(read_picture(encode_png(example(40, 40)), "x.png", small).status, PictureStatus::too_large);
}

TEST(Images, ExifTurnsThePictureUpright) {
  std::string const stored = encode_jpeg(example(64, 32), 95);
  std::string const tiff = std::string("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0", 26);
  std::string const exif = std::string("Exif\0\0", 6) + tiff;
  std::string const segment = std::string("\xFF\xE1\0", 3) + static_cast<char>(exif.size() + 2) + exif;
  PictureFile const file = read(stored.substr(0, 2) + segment + stored.substr(2), "x.jpg");
  ASSERT_EQ(file.status, PictureStatus::decoded);
  EXPECT_EQ(file.orientation, 6);
  EXPECT_EQ(file.width, 32);
  EXPECT_EQ(file.height, 64);
  // Orientation 6: the stored lower left corner is shown upper left.
  Picture const plain = read(stored, "x.jpg").picture;
  EXPECT_EQ(file.picture.rgb[0], plain.rgb[3 * 64 * 31]);
  EXPECT_EQ(file.picture.rgb[3 * 31], plain.rgb[0]);
}

TEST(Images, OtherFormatsAreNamed) {
  using namespace std::string_literals;
  EXPECT_EQ(read("GIF89a and more", "a.gif").status, PictureStatus::unsupported);
  EXPECT_EQ(read("GIF89a and more", "a.gif").detected, PictureFormat::gif);
  EXPECT_EQ(read("RIFF\x10\0\0\0WEBPVP8 "s, "a.webp").detected, PictureFormat::webp);
  EXPECT_EQ(read("\0\0\0\x18"
                 "ftypheic\0\0\0\0"s,
                 "a.heic")
                .detected,
            PictureFormat::heif);
  EXPECT_EQ(read("II*\0rest"s, "a.tif").detected, PictureFormat::tiff);
  EXPECT_EQ(read("plain words", "a.jpg").status, PictureStatus::not_a_picture);
  EXPECT_EQ(read("", "a.jpg").status, PictureStatus::empty);
}

TEST(Images, FoldersAreListedWithoutLeavingThem) {
  tests::ScratchFolder const scratch;
  if (!tests::world().is_root()) return;
  namespace fs = std::filesystem;
  fs::create_directories(scratch / "in/b/c");
  write_file(scratch / "secret.jpg", "x");
  write_file(scratch / "in/b/c/2.jpg", "22");
  write_file(scratch / "in/z.jpg", "1");
  fs::create_symlink("z.jpg", scratch / "in/link.jpg");
  fs::create_symlink(scratch / "secret.jpg", scratch / "in/out.jpg");
  fs::create_symlink("nowhere", scratch / "in/broken.jpg");
  fs::create_directory_symlink("..", scratch / "in/b/up");
  std::vector<ListedFile> const files = list_files(scratch / "in");
  std::vector<std::pair<std::string, PictureStatus>> const expected{
      {"b/c/2.jpg", PictureStatus::decoded},       {"b/up", PictureStatus::not_a_file},
      {"broken.jpg", PictureStatus::outside_link}, {"link.jpg", PictureStatus::decoded},
      {"out.jpg", PictureStatus::outside_link},    {"z.jpg", PictureStatus::decoded}};
  ASSERT_EQ(files.size(), expected.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(files[i].path, expected[i].first);
    EXPECT_EQ(files[i].status, expected[i].second) << files[i].path;
  }
  EXPECT_EQ(files[0].bytes, 2);
  EXPECT_THROW(list_files(scratch / "none"), DataError);
}

}  // namespace
}  // namespace tidemill::io
