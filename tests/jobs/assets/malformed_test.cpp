#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>

#include "io/error.hpp"
#include "io/images/jpeg.hpp"
#include "io/images/png.hpp"
#include "io/store/posix.hpp"
#include "tests/support/digest_of_table.hpp"
#include "tests/support/pictures.hpp"
#include "tests/support/run_command.hpp"

// Malformed pictures, made here and never stored. Each must become a row with the right status; nothing may end the
// run, and the counts add up.
namespace tidemill::jobs {
namespace {

using namespace std::string_literals;
using tests::run_command;
using tests::ScratchFolder;
using tests::world;

std::string cut(std::string const& bytes, std::size_t parts_of_ten) {
  return bytes.substr(0, bytes.size() * parts_of_ten / 10);
}

std::string with(std::string bytes, std::size_t at, std::string const& replacement) {
  return bytes.replace(at, replacement.size(), replacement);
}

/// Name -> (bytes, status).
std::map<std::string, std::pair<std::string, std::string>> malformed_files() {
  io::Picture const scene = tests::made_up_scene(1, 96, 64);
  std::string const jpeg = io::encode_jpeg(scene, 90), png = io::encode_png(scene);
  std::size_t const frame = jpeg.find("\xFF\xC0"), scan = jpeg.find("\xFF\xDA"), table = jpeg.find("\xFF\xC4");
  std::size_t const steps = jpeg.find("\xFF\xDB");
  std::size_t const data = png.find("IDAT");
  std::string const dark(200, '\0');
  return {
      {"01 whole.jpg", {jpeg, "decoded"}},
      {"02 whole.png", {png, "decoded"}},
      {"03 empty.jpg", {"", "empty"}},
      {"04 one byte.jpg", {"\xFF", "not_a_picture"}},
      {"05 words.jpg", {"these are words, not pixels", "not_a_picture"}},
      {"06 page.png", {"<!DOCTYPE html><html>404 not found</html>", "not_a_picture"}},
      {"07 only the start.jpg", {jpeg.substr(0, 20), "truncated"}},
      {"08 half.jpg", {cut(jpeg, 5), "truncated"}},
      {"09 nearly whole.jpg", {jpeg.substr(0, jpeg.size() - 2), "truncated"}},
      {"10 half.png", {cut(png, 5), "truncated"}},
      {"11 no end chunk.png", {png.substr(0, png.size() - 12), "truncated"}},
      {"12 only the signature.png", {png.substr(0, 8), "truncated"}},
      {"13 claims 65535 x 65535.jpg", {with(jpeg, frame + 5, "\xFF\xFF\xFF\xFF"), "too_large"}},
      {"14 no width.jpg", {with(jpeg, frame + 7, "\0\0"s), "corrupt"}},
      {"15 no marker.jpg", {with(jpeg, 2, "ab"), "not_a_picture"}},
      {"16 segment without length.jpg", {with(jpeg, 4, "\0\0"s), "corrupt"}},
      {"17 no quantisation.jpg", {jpeg.substr(0, steps) + jpeg.substr(frame), "corrupt"}},
      {"18 no frame.jpg", {jpeg.substr(0, frame) + jpeg.substr(table), "corrupt"}},
      {"19 no scan.jpg", {jpeg.substr(0, scan) + "\xFF\xD9", "corrupt"}},
      {"20 hole in the pixels.jpg", {with(jpeg, scan + 300, dark), "corrupt"}},
      {"21 lossless frame.jpg", {with(jpeg, frame + 1, "\xC3"), "unsupported"}},
      {"22 twelve bits.jpg", {with(jpeg, frame + 4, "\x0C"), "unsupported"}},
      {"23 wrong check sum.png", {with(png, data + 100, "x"s + static_cast<char>(png[data + 101] ^ 1)), "corrupt"}},
      {"24 no width.png", {with(png, 16, "\0\0\0\0"s), "corrupt"}},
      {"25 chunk too long.png", {with(png, data - 4, "\xFF\xFF\xFF\xFF"), "corrupt"}},
      {"26 header not first.png", {png.substr(0, 8) + png.substr(33), "corrupt"}},
      {"27 signature after a text transfer.png", {"\x89PNG\n\x1A\n" + png.substr(8), "not_a_picture"}},
      {"28 animation.gif", {"GIF89a\x01\0\x01\0\0\0\0;"s, "unsupported"}},
      {"29 other.webp", {"RIFF\x24\0\0\0WEBPVP8 "s + dark, "unsupported"}},
      {"30 camera.heic", {"\0\0\0\x18"s + "ftypheic" + dark, "unsupported"}},
      {"31 scan.tiff", {"II*\0"s + dark, "unsupported"}},
      {"32 two pictures in one.jpg", {jpeg + jpeg, "decoded"}},
      {"33 rubbish behind.png", {png + "rubbish", "decoded"}},
      {"34 jpeg inside.png", {jpeg, "decoded"}},
      {"35 one pixel.png", {io::encode_png({1, 1, {1, 2, 3}}), "decoded"}},
      {"36 long and thin.png", {io::encode_png({700, 1, std::vector<std::uint8_t>(2100, 8)}), "decoded"}},
  };
}

TEST(AssetsCommand, MalformedPicturesAreCountedAndNeverEndTheRun) {
  ScratchFolder const folder;
  auto const files = malformed_files();
  if (world().is_root()) {
    io::make_folders(folder / "in/closed");
    for (auto const& [name, content] : files) io::write_file(folder / "in" / name, content.first);
    std::filesystem::create_symlink("/etc/passwd", folder / "in/outside.jpg");
    std::filesystem::create_symlink("nowhere", folder / "in/broken.jpg");
    ASSERT_EQ(mkfifo((folder / "in/pipe.jpg").c_str(), 0600), 0);
    io::write_file(folder / "in/\xFFname.jpg", "no UTF-8 in the name");
  }
  world().barrier();
  run_command(world(), "assets",
              {"--input", folder / "in", "--output", folder / "assets.h5", "--duplicates", folder / "duplicates.csv",
               "--metadata", folder / "assets.jsonl", "--quiet", "--json"});
  io::Hdf5File file = io::Hdf5File::open(world(), folder / "assets.h5");
  io::Table const table = io::read_table_group(world(), file, "table");
  std::vector<std::string> const paths = tests::all_texts(world(), table, "path");
  std::vector<std::string> const status = tests::all_texts(world(), table, "status");
  ASSERT_EQ(paths.size(), files.size() + 4);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    auto const known = files.find(paths[i]);
    std::string const expected = known != files.end()         ? known->second.second
                                 : paths[i] == "pipe.jpg"     ? "not_a_file"
                                 : paths[i] == "\xFFname.jpg" ? "not_a_picture"
                                                              : "outside_link";
    EXPECT_EQ(status[i], expected) << paths[i];
  }
  std::vector<double> const sharpness = tests::all_numbers(world(), table, "noise");
  for (std::size_t i = 0; i < paths.size(); ++i) {
    bool const is_large = paths[i].find("pixel") == std::string::npos && paths[i].find("thin") == std::string::npos;
    EXPECT_EQ(std::isfinite(sharpness[i]), status[i] == "decoded" && is_large) << paths[i];
  }
  std::string const lines = io::read_file(folder / "assets.jsonl");
  EXPECT_EQ(static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')), files.size() + 4);
}

TEST(AssetsCommand, BadOptionsAreRefused) {
  ScratchFolder const folder;
  if (world().is_root()) io::make_folders(folder / "in");
  world().barrier();
  std::string const in = folder / "in";
  auto const code = [&](std::vector<std::string> const& arguments) {
    try {
      run_command(world(), "assets", arguments);
    } catch (Error const& error) {
      return static_cast<int>(error.code());
    }
    return 0;
  };
  EXPECT_EQ(code({"--input", in, "--quiet"}), 0);  // no files at all
  EXPECT_EQ(code({"--quiet"}), 2);
  EXPECT_EQ(code({"--input", folder / "none", "--quiet"}), 3);
  EXPECT_EQ(code({"--input", in, "--hash-distance", "32"}), 2);
  EXPECT_EQ(code({"--input", in, "--similarity", "1.5"}), 2);
  EXPECT_EQ(code({"--input", in, "--max-megapixels", "0"}), 2);
  EXPECT_EQ(code({"--input", in, "--operation", "resize"}), 2);
  EXPECT_EQ(code({"--input", in, "--operation", "rezise", "--target", folder / "out"}), 2);
  EXPECT_EQ(code({"--input", in, "--operation", "convert", "--target", folder / "out"}), 2);
  EXPECT_EQ(code({"--input", in, "--operation", "convert", "--format", "gif", "--target", folder / "out"}), 2);
  EXPECT_EQ(code({"--input", in, "--operation", "resize", "--quality", "0", "--target", folder / "out"}), 2);
  EXPECT_EQ(code({"--input", in, "--operation", "resize", "--target", in + "/out"}), 2);
  EXPECT_EQ(code({"--input", in, "--operation", "resize", "--target", folder / "out", "--quiet"}), 0);
}

TEST(AssetsCommand, SmallLimitsCountInsteadOfDecoding) {
  ScratchFolder const folder;
  if (world().is_root()) {
    io::make_folders(folder / "in");
    io::write_file(folder / "in/a.png", io::encode_png(tests::made_up_scene(1)));
  }
  world().barrier();
  run_command(
      world(), "assets",
      {"--input", folder / "in", "--output", folder / "a.h5", "--max-megapixels", "0.001", "--quiet", "--json"});
  io::Hdf5File file = io::Hdf5File::open(world(), folder / "a.h5");
  EXPECT_EQ(tests::all_texts(world(), io::read_table_group(world(), file, "table"), "status"),
            std::vector<std::string>{"too_large"});
}

}  // namespace
}  // namespace tidemill::jobs
