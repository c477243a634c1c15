#include <gtest/gtest.h>

#include <cmath>

#include "io/error.hpp"
#include "io/store/access.hpp"
#include "io/store/checkpoint.hpp"
#include "io/store/commit.hpp"
#include "io/store/committed_digest.hpp"
#include "io/store/posix.hpp"
#include "io/tables/table_file.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;

/// Seven rows spread over the ranks; at four ranks and more some ranks have one row or none.
Table example_table(Comm const& comm, std::int64_t total) {
  Table table;
  table.range = even_share(total, comm.rank(), comm.size());
  std::vector<double> prices;
  std::vector<std::int64_t> units;
  std::vector<std::string> items;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    prices.push_back(row == 2 ? std::nan("") : 0.5 * static_cast<double>(row));
    units.push_back(row == 3 ? missing_integer : row * row);
    items.push_back(row == 4 ? "" : "item " + std::to_string(row % 3));
  }
  table.add(real_column("price", prices, "EUR", "price per unit"));
  table.add(integer_column("units", units));
  table.add(text_column(comm, "item", items));
  return table;
}

TEST(Store, TableComesBackAsWritten) {
  ScratchFolder const folder;
  for (std::int64_t const total : {0, 1, 7, 1000, 300'000}) {
    std::filesystem::path const path = folder / ("table" + std::to_string(total) + ".h5");
    Table const table = example_table(world(), total);
    commit_hdf5(world(), path, {"table", "", 1, {}}, [&](Hdf5File& file) { write_table(file, "table", table); });
    Table const back = read_table_file(world(), path);
    ASSERT_EQ(back.range.total, total);
    ASSERT_EQ(back.columns.size(), 3u);
    EXPECT_EQ(back.at("price").unit, "EUR");
    EXPECT_EQ(back.at("units").integers, table.at("units").integers);
    EXPECT_EQ(back.at("item").codes, table.at("item").codes);
    EXPECT_EQ(back.at("item").dictionary, table.at("item").dictionary);
    for (std::int64_t i = 0; i < back.rows(); ++i) {
      EXPECT_EQ(back.at("price").is_missing(i), table.at("price").is_missing(i));
    }
    EXPECT_NO_THROW(verify_hdf5(world(), path));
  }
}

TEST(Store, DigestDoesNotDependOnTheNumberOfRanks) {
  ScratchFolder const folder;
  auto const digest_over = [&](Comm const& comm, std::string const& name) {
    Table const table = example_table(comm, 300'000);
    return commit_hdf5(comm, folder / name, {"table", "", 1, {}},
                       [&](Hdf5File& file) { write_table(file, "t", table); });
  };
  std::string const together = digest_over(world(), "together.h5");
  std::string alone;
  if (world().is_root()) alone = digest_over(Comm::self(), "alone.h5");
  EXPECT_EQ(world().broadcast(alone), together);
}

TEST(Store, ChangedByteIsFound) {
  ScratchFolder const folder;
  for (std::int64_t const rows : {5'000, 300'000}) {
    Table const table = example_table(world(), rows);
    commit_hdf5(world(), folder / "t.h5", {"table", "", 1, {}},
                [&](Hdf5File& file) { write_table(file, "table", table); });
    if (world().is_root()) {
      std::string bytes = read_file(folder / "t.h5");
      bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
      write_file(folder / "t.h5", bytes);
    }
    world().barrier();
    EXPECT_THROW(verify_hdf5(world(), folder / "t.h5"), DataError);
    EXPECT_THROW(Hdf5File::open(world(), folder / "t.h5"), DataError);
  }
}

/// A committed file's check sum stands for its content; another file's content is read.
TEST(Store, CommittedDigestIsTheContentDigest) {
  ScratchFolder const folder;
  std::filesystem::path const committed = folder / "committed.h5", plain = folder / "plain.h5";
  auto const write = [](Hdf5File& file) { file.write_all("values", std::vector<double>{1, 2, 3}); };
  std::string const digest = commit_hdf5(world(), committed, {"table", "", 1, {}}, write);
  EXPECT_EQ(digest_of_committed(world(), committed), digest);
  EXPECT_EQ(digest_of_file(world(), committed), digest);
  {
    Hdf5File file = Hdf5File::create(world(), plain);
    write(file);
    file.close();
  }
  EXPECT_EQ(digest_of_committed(world(), plain), digest_of_file(world(), plain));
  agree(world(), "flip", [&] {
    if (world().is_root())
      write_file_at(committed, 100, std::string(1, static_cast<char>(~read_bytes(committed, 100, 1)[0])));
  });
  EXPECT_THROW(digest_of_committed(world(), committed), DataError);
}

TEST(Store, NewestWholeCheckpointIsUsed) {
  ScratchFolder const folder;
  auto const use = std::make_shared<CheckpointUse>();
  CheckpointStore store(world(), folder / "c", "key", 1e9, use);
  for (std::int64_t step = 1; step <= 3; ++step) {
    store.save(step,
               [&](Hdf5File& file) { file.write_all<std::int64_t>("value", std::vector<std::int64_t>{step * 10}); });
  }
  std::int64_t value = 0;
  auto const read = [&](Hdf5File& file) { value = file.read_all<std::int64_t>("value").at(0); };
  EXPECT_EQ(store.load_newest(read), 3);
  EXPECT_EQ(value, 30);
  world().barrier();
  if (world().is_root()) write_file(folder / "c" / "checkpoint-3.h5", "torn");
  world().barrier();
  EXPECT_EQ(store.load_newest(read), 2);
  EXPECT_EQ(value, 20);
  EXPECT_EQ(use->saved, 3);
  EXPECT_EQ(use->loaded, 2);
  EXPECT_GT(use->save_seconds, 0);
  EXPECT_GT(use->load_seconds, 0);
  EXPECT_EQ(CheckpointStore(world(), folder / "c", "another key", 1e9).load_newest(read), std::nullopt);
}

TEST(Store, LinksThatLeadRoundInCirclesOrOutAreRefused) {
  ScratchFolder const folder;
  if (world().is_root()) {
    std::filesystem::create_directories(folder / "main/nights");
    std::filesystem::create_symlink("2026-11-20", folder / "main/nights/inside");
    EXPECT_NO_THROW(check_links_stay_inside(folder / "main"));
    std::filesystem::create_symlink("circle", folder / "main/nights/circle");
    EXPECT_THROW(check_links_stay_inside(folder / "main"), ConfigError);
    std::filesystem::remove(folder / "main/nights/circle");
    std::filesystem::create_symlink("../../other", folder / "main/nights/out");
    EXPECT_THROW(check_links_stay_inside(folder / "main"), ConfigError);
  }
  world().barrier();
}

}  // namespace
}  // namespace tidemill::io
