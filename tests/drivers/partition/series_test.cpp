#include "drivers/partition/series.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "drivers/partition/move_rows.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"
#include "kernels/random/philox.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::ScratchFolder;
using tests::world;

/// Sales-like rows in no order: every column type, missing keys, several rows of the same series and day.
io::Table mixed_rows(io::Comm const& comm, std::int64_t total, int items) {
  io::Table table;
  table.range = io::even_share(total, comm.rank(), comm.size());
  std::vector<std::string> item, note;
  std::vector<std::int64_t> store, day, cents, stamp;
  std::vector<double> weight;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    auto const random = kernels::Philox::block(7, static_cast<std::uint64_t>(row), 0, 0);
    auto const pick = static_cast<int>(random.word[0] % static_cast<std::uint32_t>(items));
    item.push_back(pick == 0 ? "" : "item " + std::to_string(pick * pick));
    store.push_back(random.word[1] % 3 == 0 ? io::missing_integer : random.word[1] % 3);
    day.push_back(static_cast<std::int64_t>(random.word[2] % 20) - 5);
    cents.push_back(row % 11 == 0 ? io::missing_integer : row);
    stamp.push_back(row * 60);
    weight.push_back(row % 7 == 0 ? std::nan("") : 0.25 * static_cast<double>(row));
    note.push_back(std::to_string(row % 4));
  }
  table.add(io::text_column(comm, "item", item));
  table.add(io::integer_column("store", store));
  table.add(io::integer_column("day", day, io::ColumnType::date));
  table.add(io::integer_column("net", cents, io::ColumnType::cents));
  table.add(io::integer_column("stamp", stamp, io::ColumnType::time));
  table.add(io::real_column("weight", weight, "kg"));
  table.add(io::text_column(comm, "note", note));
  return table;
}

TEST(Series, AreWholeSortedAndComplete) {
  for (std::int64_t const total : {0, 1, 3, 500}) {
    SeriesTable const parts = partition_by_series(world(), mixed_rows(world(), total, 9), {"item", "store"}, "day");
    io::Table const& table = parts.table;
    ASSERT_EQ(table.range.total, total);
    ASSERT_EQ(parts.start.back(), table.rows());
    EXPECT_EQ(world().sum(parts.series()), parts.total_series);
    std::int64_t const stamps = total * (total - 1) / 2 * 60;
    std::int64_t sum = 0;
    for (std::int64_t const stamp : table.at("stamp").integers) sum += stamp;
    EXPECT_EQ(world().sum(sum), stamps);
    for (std::int64_t row = 1; row < table.rows(); ++row) {
      auto const i = static_cast<std::size_t>(row);
      auto const tuple = [&](std::size_t r) {
        return std::tuple(table.at("item").codes[r], table.at("store").integers[r], table.at("day").integers[r],
                          table.at("stamp").integers[r]);
      };
      EXPECT_LT(tuple(i - 1), tuple(i));
    }
  }
}

TEST(Series, OrderDoesNotDependOnTheNumberOfRanks) {
  ScratchFolder const folder;
  auto const digest_over = [&](io::Comm const& comm, std::string const& name, std::int64_t total, int items) {
    SeriesTable const parts = partition_by_series(comm, mixed_rows(comm, total, items), {"item", "store"}, "day");
    return io::commit_hdf5(comm, folder / name, {"table", "", 1, {}},
                           [&](io::Hdf5File& file) { io::write_table(file, "table", parts.table); });
  };
  for (auto const& [total, items] : {std::pair(0, 1), std::pair(2, 1), std::pair(3000, 1), std::pair(20000, 200)}) {
    std::string const together = digest_over(world(), "together.h5", total, items);
    std::string alone;
    if (world().is_root()) alone = digest_over(io::Comm::self(), "alone.h5", total, items);
    EXPECT_EQ(world().broadcast(alone), together);
  }
}

TEST(Series, AreBalancedByRows) {
  SeriesTable const parts = partition_by_series(world(), mixed_rows(world(), 40000, 400), {"item", "store"}, "day");
  std::int64_t const fair = 40000 / world().size();
  EXPECT_NEAR(static_cast<double>(parts.table.rows()), static_cast<double>(fair), 200.0);
}

TEST(Series, RefusesRealKeysAndMissingTimes) {
  io::Table const table = mixed_rows(world(), 50, 3);
  auto const code_of = [&](std::string const& key, std::string const& time) {
    try {
      partition_by_series(world(), table, {key}, time);
    } catch (Error const& error) {
      return error.code();
    }
    return ExitCode::done;
  };
  EXPECT_EQ(code_of("weight", "day"), ExitCode::bad_config);
  EXPECT_EQ(code_of("item", "note"), ExitCode::bad_config);
  EXPECT_EQ(code_of("item", "net"), ExitCode::bad_data);
  EXPECT_EQ(code_of("no such", "day"), ExitCode::bad_data);
  EXPECT_EQ(code_of("item", "day"), ExitCode::done);
}

TEST(MoveRows, KeepsGlobalOrderPerDestination) {
  io::Table const table = mixed_rows(world(), 103, 5);
  std::vector<int> destination;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    destination.push_back(static_cast<int>(row % world().size()));
  }
  io::Table const moved = move_rows(world(), table, destination);
  for (std::int64_t i = 0; i < moved.rows(); ++i) {
    EXPECT_EQ(moved.at("stamp").integers[static_cast<std::size_t>(i)], (world().rank() + i * world().size()) * 60);
  }
}

}  // namespace
}  // namespace tidemill::drivers
