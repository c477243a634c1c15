#include <gtest/gtest.h>

#include "drivers/interactions/read_interactions.hpp"
#include "drivers/partition/move_rows.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::ScratchFolder;
using tests::world;

/// A file that ranks share: 400 good rows, `bad` after every hundredth of them.
std::string pairs_with(std::vector<std::string> const& bad) {
  std::string text = "user,item,stars,time\n";
  for (int i = 0; i < 400; ++i) {
    text += "u" + std::to_string(i % 37) + "," + std::to_string(i % 11) + "," + std::to_string(i % 5) + "," +
            std::to_string(1000 + i) + "\n";
    if (i % 100 == 50 && i / 100 < static_cast<int>(bad.size())) text += bad[static_cast<std::size_t>(i) / 100] + "\n";
  }
  return text;
}

std::filesystem::path quarantine_input(ScratchFolder const& folder, std::string const& name, std::string const& text) {
  io::commit_text(world(), folder / name, world().is_root() ? text : std::string());
  return folder / name;
}

InteractionFormat starred() {
  InteractionFormat format;
  format.value = "stars";
  format.time = "time";
  return format;
}

/// "line column: reason" of every row, on every rank.
std::string listed(PairQuarantine const& quarantine) {
  io::Table const rows = on_every_rank(world(), quarantine.table(world()));
  std::string text;
  for (std::int64_t row = 0; row < rows.rows(); ++row) {
    text += std::to_string(rows.at("line").integers[static_cast<std::size_t>(row)]) + " " +
            rows.at("column").text(row) + ": " + rows.at("reason").text(row) + "\n";
  }
  return text;
}

void expect_same_pairs(Interactions const& found, Interactions const& expected) {
  EXPECT_EQ(found.users.first, expected.users.first);
  EXPECT_EQ(found.start, expected.start);
  EXPECT_EQ(found.item, expected.item);
  EXPECT_EQ(found.value, expected.value);
  EXPECT_EQ(found.time, expected.time);
  EXPECT_EQ(found.user_ids.texts, expected.user_ids.texts);
  EXPECT_EQ(found.item_ids.integers, expected.item_ids.integers);
  EXPECT_EQ(found.item_ids.texts, expected.item_ids.texts);
}

TEST(InteractionQuarantine, BadRowsAreSetAsideAndTheOthersReadAsIfTheyWereNotThere) {
  ScratchFolder const folder;
  std::vector<std::string> const bad{"u1,,3,5", "u2,4,three,5", "u3,4,2", "\"u4\"x,4,1,7"};
  InteractionCounts counts;
  Interactions const found =
      read_interactions(world(), quarantine_input(folder, "bad.csv", pairs_with(bad)), starred(), &counts);
  expect_same_pairs(found, read_interactions(world(), quarantine_input(folder, "good.csv", pairs_with({})), starred()));
  EXPECT_EQ(counts.read, 404);
  EXPECT_EQ(counts.quarantined, 4);
  EXPECT_EQ(counts.read, counts.kept + counts.repeated + counts.quarantined);
  EXPECT_EQ(listed(counts.quarantine),
            "53 item: has no id\n"
            "154 stars: expected a number, found 'three'\n"
            "255 : expected 4 fields, found 3\n"
            "356 : text follows a closing quote\n");
}

TEST(InteractionQuarantine, TheTableHasTheSameRowsAtAnyNumberOfRanks) {
  ScratchFolder const folder;
  std::vector<std::filesystem::path> const files{
      quarantine_input(folder, "a.csv", pairs_with({"u1,,3,5", "u1,2,3,yesterday", "u3,4,2"})),
      quarantine_input(folder, "b.csv", pairs_with({"u1,2,inf,5"}))};
  InteractionCounts together, alone;
  read_interactions(world(), files, starred(), &together);
  read_interactions(io::Comm::self(), files, starred(), &alone);
  auto const digest = [&](io::Comm const& comm, InteractionCounts const& counts, std::string const& name) {
    io::Table const table = counts.quarantine.table(comm);
    return io::commit_hdf5(comm, folder / name, {"table", "", 0, {}},
                           [&](io::Hdf5File& file) { io::write_table(file, "table", table); });
  };
  std::string const expected = digest(io::Comm::self(), alone, "alone" + std::to_string(world().rank()) + ".h5");
  EXPECT_EQ(digest(world(), together, "together.h5"), expected);
  EXPECT_EQ(together.quarantined, 4);
}

TEST(InteractionQuarantine, PastTheShareTheFileIsRefused) {
  ScratchFolder const folder;
  auto const file = quarantine_input(folder, "bad.csv", pairs_with({"u1,,3,5", "u1,,3,5", "u1,,3,5", "u1,,3,5"}));
  InteractionFormat format = starred();
  InteractionCounts counts;
  format.max_bad_share = 4.0 / 404;
  EXPECT_NO_THROW(read_interactions(world(), file, format, &counts));
  format.max_bad_share = 3.9 / 404;
  try {
    read_interactions(world(), file, format, &counts);
    ADD_FAILURE() << "not refused";
  } catch (DataError const& error) {
    EXPECT_NE(std::string(error.what()).find("4 of 404 pairs are bad"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("line 53"), std::string::npos) << error.what();
  }
  // Nobody would know of them without the counts.
  format.max_bad_share = 1;
  EXPECT_THROW(read_interactions(world(), file, format), DataError);
}

TEST(InteractionQuarantine, AFractionAmongWholeNumbersIsNoId) {
  ScratchFolder const folder;
  std::string text, good;
  for (int i = 0; i < 100; ++i) good += std::to_string(i % 7) + "," + std::to_string(i) + "\n";
  InteractionCounts counts;
  Interactions const found =
      read_interactions(world(), quarantine_input(folder, "a.csv", good + "3,1.5\n"), {}, &counts);
  expect_same_pairs(found, read_interactions(world(), quarantine_input(folder, "b.csv", good), {}));
  EXPECT_EQ(listed(counts.quarantine), "101 column_2: the id '1.5' among whole numbers\n");
}

TEST(InteractionQuarantine, WordsOfUserListsAndRowsOfHdf5Tables) {
  ScratchFolder const folder;
  std::string good;
  for (int i = 0; i < 60; ++i) good += std::to_string(i) + " 1 2 " + std::to_string(i + 3) + "\n";
  InteractionFormat format;
  format.layout = InteractionLayout::userlist;
  InteractionCounts counts;
  // Two items of a user that cannot be read, one item that cannot, and a lone user that cannot.
  Interactions const lists =
      read_interactions(world(), quarantine_input(folder, "a.txt", good + "a;b 5 6\n7 8,9 10\nx|y\n"), format, &counts);
  EXPECT_EQ(counts.read, 60 * 3 + 5);
  EXPECT_EQ(counts.quarantined, 4);
  EXPECT_EQ(counts.read, counts.kept + counts.repeated + counts.quarantined);
  EXPECT_EQ(lists.users.total, 60);
  std::string const rows = listed(counts.quarantine);
  EXPECT_EQ(rows.substr(0, 5), "61 1:");
  EXPECT_NE(rows.find("61 3: its user cannot be read\n62 2: "), std::string::npos) << rows;
  EXPECT_NE(rows.find("\n63 1: "), std::string::npos) << rows;

  io::Table table;
  table.range = io::even_share(100, world().rank(), world().size());
  std::vector<std::int64_t> users, items;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    users.push_back(row == 42 ? io::missing_integer : row % 9);
    items.push_back(row);
  }
  table.add(io::integer_column("user", users));
  table.add(io::integer_column("item", items));
  io::commit_hdf5(world(), folder / "pairs.h5", {"table", "", 0, {}},
                  [&](io::Hdf5File& file) { io::write_table(file, "table", table); });
  read_interactions(world(), folder / "pairs.h5", {}, &counts);
  EXPECT_EQ(counts.kept, 99);
  EXPECT_EQ(listed(counts.quarantine), "42 user: has no id\n");
}

}  // namespace
}  // namespace tidemill::drivers
