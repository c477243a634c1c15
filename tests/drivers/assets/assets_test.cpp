#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <random>
#include <set>

#include "drivers/assets/catalogue.hpp"
#include "drivers/assets/clusters.hpp"
#include "drivers/assets/near_pairs.hpp"
#include "drivers/assets/operations.hpp"
#include "drivers/assets/thumbnails.hpp"
#include "io/error.hpp"
#include "io/images/jpeg.hpp"
#include "io/images/picture_file.hpp"
#include "io/images/png.hpp"
#include "io/store/posix.hpp"
#include "tests/support/digest_of_table.hpp"
#include "tests/support/pictures.hpp"

namespace tidemill::drivers {
namespace {

using tests::ScratchFolder;
using tests::world;

/// Pictures with `per_picture` hashes each, every third close to an earlier one.
std::vector<std::uint64_t> some_codes(std::int64_t pictures, std::size_t per_picture) {
  std::mt19937_64 engine(17);
  std::vector<std::uint64_t> codes;
  for (std::size_t i = 0; i < static_cast<std::size_t>(pictures) * per_picture; ++i) {
    std::uint64_t code = engine();
    if (i % 3 == 2) {
      code = codes[engine() % i];
      for (std::uint64_t flips = engine() % 12; flips > 0; --flips) code ^= std::uint64_t{1} << engine() % 64;
    }
    codes.push_back(code);
  }
  return codes;
}

std::vector<IdPair> plain_pairs(std::vector<std::uint64_t> const& codes, std::int64_t pictures, std::size_t per_picture,
                                int distance) {
  std::vector<IdPair> pairs;
  for (std::int64_t a = 0; a < pictures; ++a) {
    for (std::int64_t b = a + 1; b < pictures; ++b) {
      std::uint64_t const* const x = codes.data() + static_cast<std::size_t>(a) * per_picture;
      std::uint64_t const* const y = codes.data() + static_cast<std::size_t>(b) * per_picture;
      bool is_near = false;
      for (std::size_t w = 0; w < per_picture; ++w) {
        is_near |= std::popcount(x[0] ^ y[w]) <= distance || std::popcount(x[w] ^ y[0]) <= distance;
      }
      if (is_near) pairs.push_back({a, b});
    }
  }
  return pairs;
}

TEST(Assets, BandedSearchMissesNoPair) {
  for (auto const& [pictures, per_picture] : {std::pair{0, 1}, {1, 4}, {301, 1}, {90, 4}}) {
    auto const n = static_cast<std::size_t>(per_picture);
    std::vector<std::uint64_t> const codes = some_codes(pictures, n);
    io::RowRange const range = io::even_share(pictures, world().rank(), world().size());
    std::vector<std::int64_t> owners = world().gather_all(range.first), ids;
    owners.push_back(pictures);
    for (std::int64_t id = range.first; id < range.end(); ++id) ids.push_back(id);
    std::span<std::uint64_t const> const mine(codes.data() + static_cast<std::size_t>(range.first) * n, ids.size() * n);
    for (int const distance : {0, 1, 6, 31}) {
      std::vector<IdPair> const found = near_pairs(world(), {ids, mine, n}, distance, owners);
      for (IdPair const& pair : found) ASSERT_TRUE(pair.first >= range.first && pair.first < range.end());
      EXPECT_EQ(world().gather_all(std::span<IdPair const>(found)), plain_pairs(codes, pictures, n, distance))
          << distance;
    }
  }
}

TEST(Assets, ComponentsHangTogether) {
  std::vector<IdPair> const pairs{{4, 7}, {1, 2}, {2, 7}, {5, 6}};
  EXPECT_EQ(connected_components(9, pairs), (std::vector<std::int64_t>{0, 1, 1, 3, 1, 5, 5, 1, 8}));
}

constexpr int scenes = 8, copied = 4, kinds_of_copies = 7;

/// Some scenes; of the first ones also copies of seven kinds, one of them with equal bytes. Returns what belongs
/// together: file -> scene.
std::map<std::string, int> write_scenes(std::filesystem::path const& folder) {
  std::map<std::string, int> scene_of;
  auto const write = [&](std::string const& name, int scene, std::string const& bytes) {
    if (world().is_root()) io::write_file(folder / name, bytes);
    scene_of[name] = scene;
  };
  if (world().is_root()) io::make_folders(folder / "copies");
  for (int s = 0; s < scenes; ++s) {
    io::Picture const picture = tests::made_up_scene(static_cast<unsigned>(s + 1));
    std::string const name = "scene" + std::to_string(s), copy = "copies/" + name;
    write(name + ".jpg", s, io::encode_jpeg(picture, 92));
    if (s >= copied) continue;
    write(copy + "-same.jpg", s, io::encode_jpeg(picture, 92));
    write(copy + "-reencoded.jpg", s, io::encode_jpeg(picture, 35));
    write(copy + "-format.png", s, io::encode_png(picture));
    write(copy + "-small.jpg", s, thumbnail_jpeg(picture, 90, 85));
    write(copy + "-cut.jpg", s, io::encode_jpeg(tests::cut_out(picture, 3 * (s % 3), 6 - s, 152, 114), 88));
    write(copy + "-dark.jpg", s, io::encode_jpeg(tests::brightened(picture, .7), 88));
    write(copy + "-caption.jpg", s, io::encode_jpeg(tests::captioned(picture), 88));
  }
  world().barrier();
  return scene_of;
}

TEST(Assets, CopiesAreFoundAndOthersAreNot) {
  ScratchFolder const folder;
  std::map<std::string, int> const scene_of = write_scenes(folder / "in");
  io::Progress progress(world(), io::Progress::Level::quiet);
  AssetCatalogue const found = catalogue_assets(world(), progress, folder / "in", {});
  std::vector<std::string> const paths = tests::all_texts(world(), found.files, "path");
  std::vector<std::string> const copies = tests::all_texts(world(), found.files, "copy");
  std::vector<double> const clusters = tests::all_numbers(world(), found.files, "cluster");
  ASSERT_EQ(paths.size(), scene_of.size());
  EXPECT_EQ(found.count[0], static_cast<std::int64_t>(paths.size()));
  EXPECT_EQ(found.clusters, copied);
  EXPECT_EQ(found.copies, copied * kinds_of_copies);
  std::map<double, std::set<int>> shown;
  std::map<std::string, int> kinds;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    int const scene = scene_of.at(paths[i]);
    EXPECT_EQ(std::isnan(clusters[i]), scene >= copied) << paths[i];
    if (scene < copied) shown[clusters[i]].insert(scene);
    ++kinds[copies[i]];
  }
  for (auto const& [cluster, members] : shown) EXPECT_EQ(members.size(), 1u) << cluster;
  EXPECT_EQ(kinds["representative"], copied);
  EXPECT_EQ(kinds[""], scenes - copied);
  io::Table const duplicates = duplicate_table(world(), found);
  EXPECT_EQ(duplicates.range.total, copied * (1 + kinds_of_copies));
  std::vector<std::string> const order = tests::all_texts(world(), duplicates, "copy");
  for (std::size_t i = 0; i < order.size(); i += 1 + kinds_of_copies) EXPECT_EQ(order[i], "representative");
  for (double const similarity : tests::all_numbers(world(), duplicates, "similarity")) EXPECT_GT(similarity, .9);
}

TEST(Assets, CatalogueDoesNotDependOnTheRanks) {
  ScratchFolder const folder;
  write_scenes(folder / "in");
  if (world().is_root()) {
    io::write_file(folder / "in/words.txt", "no picture");
    io::write_file(folder / "in/empty.jpg", "");
    io::write_file(folder / "in/flat.png", io::encode_png({40, 30, std::vector<std::uint8_t>(3600, 9)}));
    io::write_file(folder / "in/flat too.jpg", io::encode_jpeg({50, 30, std::vector<std::uint8_t>(4500, 9)}, 90));
  }
  world().barrier();
  auto const write = [&](io::Comm const& comm, std::string const& name) {
    io::Progress progress(comm, io::Progress::Level::quiet);
    AssetCatalogue const found = catalogue_assets(comm, progress, folder / "in", {});
    EXPECT_EQ(found.clusters, copied);  // flat pictures are copies of nothing
    write_metadata(comm, folder / (name + ".jsonl"), found);
    return write_catalogue(comm, folder / (name + ".h5"), found, "", 1) +
           tests::digest_of_table(comm, duplicate_table(comm, found), folder / (name + "-duplicates.h5"));
  };
  std::string const together = write(world(), "together");
  std::string alone;
  if (world().is_root()) {
    alone = write(io::Comm::self(), "alone");
    std::string const lines = io::read_file(folder / "alone.jsonl");
    EXPECT_EQ(lines, io::read_file(folder / "together.jsonl"));
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), scenes + copied * kinds_of_copies + 4);
  }
  EXPECT_EQ(world().broadcast(alone), together);
}

TEST(Assets, OperationsLeaveOriginalsAlone) {
  ScratchFolder const folder;
  auto const bytes_of = [&](std::string const& name) { return io::read_file(folder / name); };
  if (world().is_root()) {
    io::make_folders(folder / "in/deep");
    io::write_file(folder / "in/a.jpg", io::encode_jpeg(tests::made_up_scene(1), 90));
    io::write_file(folder / "in/deep/b.png", io::encode_png(tests::made_up_scene(2)));
    io::write_file(folder / "in/deep/wrong.png", io::encode_jpeg(tests::made_up_scene(3), 90));
    io::write_file(folder / "in/words.txt", "no picture");
  }
  world().barrier();
  std::string const before = bytes_of("in/a.jpg");
  io::Progress progress(world(), io::Progress::Level::quiet);
  auto const run = [&](PictureOperation operation, io::PictureFormat format) {
    OperationParams params;
    params.operation = operation;
    params.target = folder / picture_operation_names()[static_cast<std::size_t>(operation)];
    params.format = format;
    params.side = 80;
    params.quality = 60;
    return apply_operation(world(), progress, folder / "in", params);
  };
  using enum PictureOperation;
  for (PictureOperation const operation : {resize, convert, reencode, denoise, sharpen}) {
    bool const converts = operation == convert;
    OperationResult const done = run(operation, converts ? io::PictureFormat::jpeg : io::PictureFormat::unknown);
    EXPECT_EQ(done.written, 3);
    EXPECT_EQ(done.count[static_cast<std::size_t>(io::PictureStatus::not_a_picture)], 1);
    std::vector<std::string> const targets = tests::all_texts(world(), done.files, "target");
    EXPECT_EQ(targets,
              (std::vector<std::string>{"a.jpg", converts ? "deep/b.jpg" : "deep/b.png", "deep/wrong.jpg", ""}));
    auto const get = [&](std::string const& name) { return tests::all_numbers(world(), done.files, name)[0]; };
    EXPECT_EQ(get("width_after"), operation == resize ? 80 : 160);
    EXPECT_EQ(get("height_after"), operation == resize ? 60 : 120);
    if (operation == reencode) {
      EXPECT_LT(get("bytes_after"), get("bytes_before"));
    }
    if (operation == denoise) {
      EXPECT_LT(get("noise_after"), get("noise_before"));
    }
    if (operation == sharpen) {
      EXPECT_GT(get("sharpness_after"), get("sharpness_before"));
    }
  }
  EXPECT_EQ(bytes_of("in/a.jpg"), before);
  EXPECT_FALSE(std::filesystem::exists(folder / "resize/a.jpg.tmp"));
  OperationParams inside;
  inside.target = folder / "in/deep/results";
  EXPECT_THROW(apply_operation(world(), progress, folder / "in", inside), Error);
  if (world().is_root()) io::write_file(folder / "in/deep/b.jpg", before);
  world().barrier();
  EXPECT_THROW(run(convert, io::PictureFormat::png), ConfigError);  // b.jpg and b.png would become one
  EXPECT_THROW(picture_operation_named("rezise"), ConfigError);
}

TEST(Assets, ContactSheetHoldsThumbnails) {
  EXPECT_EQ(jpeg_data_uri("Ma"), "data:image/jpeg;base64,TWE=");
  EXPECT_EQ(jpeg_data_uri("Man!"), "data:image/jpeg;base64,TWFuIQ==");
  ScratchFolder const folder;
  if (world().is_root()) io::write_file(folder / "a.jpg", io::encode_jpeg(tests::made_up_scene(5, 400, 200), 90));
  world().barrier();
  std::vector<std::string> const paths{"a.jpg", "none.jpg"};
  std::vector<std::string> const sheet = contact_sheet(folder.path(), paths, 96, {});
  EXPECT_LT(sheet[0].size(), 8000u);
  EXPECT_TRUE(sheet[1].empty());
  io::PictureFile const small = io::read_picture(thumbnail_jpeg(tests::made_up_scene(5, 400, 200), 96), "t.jpg", {});
  EXPECT_EQ(small.width, 96);
  EXPECT_EQ(small.height, 48);
}

}  // namespace
}  // namespace tidemill::drivers
