#include "drivers/interactions/interactions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "drivers/interactions/expected_entities.hpp"
#include "drivers/interactions/read_interactions.hpp"
#include "drivers/interactions/reading_memory.hpp"
#include "drivers/interactions/realign.hpp"
#include "drivers/interactions/split.hpp"
#include "drivers/partition/balanced.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::ScratchFolder;
using tests::world;

std::filesystem::path file_with(ScratchFolder const& folder, std::string const& name, std::string const& text) {
  io::commit_text(world(), folder / name, world().is_root() ? text : std::string());
  return folder / name;
}

/// All users' lines in global order, on every rank: "user: item(value)@time ...".
std::string described(Interactions const& interactions) {
  std::string mine;
  for (std::int64_t u = 0; u < interactions.users.count; ++u) {
    mine += interactions.user_ids.text(u) + ":";
    for (auto at = static_cast<std::size_t>(interactions.start[static_cast<std::size_t>(u)]);
         at < static_cast<std::size_t>(interactions.start[static_cast<std::size_t>(u) + 1]); ++at) {
      mine += " " + interactions.item_ids.text(interactions.item[at]);
      if (!interactions.value.empty()) mine += "(" + std::to_string(static_cast<int>(interactions.value[at])) + ")";
      if (!interactions.time.empty()) mine += "@" + std::to_string(interactions.time[at]);
    }
    mine += "\n";
  }
  std::string all;
  for (std::string const& part : world().gather_all_texts(mine)) all += part;
  return all;
}

TEST(Interactions, LineOfIdsPerUser) {
  ScratchFolder const folder;
  auto const file = file_with(folder, "a.txt", "10 3 1 2\n\n2 7  1 \n5\n10 3\n");
  InteractionFormat format;
  format.layout = InteractionLayout::userlist;
  InteractionCounts counts;
  Interactions const plain = read_interactions(world(), file, format, &counts);
  EXPECT_EQ(described(plain), "2: 1 7\n5:\n10: 1 2 3\n");
  EXPECT_EQ(plain.items, 4);
  EXPECT_EQ(counts.read, 6);
  EXPECT_EQ(counts.repeated, 1);
  EXPECT_EQ(counts.kept, 5);
  format.ordered = true;
  EXPECT_EQ(described(read_interactions(world(), file, format)), "2: 1@1 7@0\n5:\n10: 1@0 2@1 3@2\n");
}

TEST(Interactions, OneWordThatIsNoIntegerMakesAllIdsTexts) {
  ScratchFolder const folder;
  InteractionFormat format;
  format.layout = InteractionLayout::userlist;
  std::string text;
  for (int user = 0; user < 9; ++user) text += std::to_string(user) + " 007 7 12\n";
  EXPECT_EQ(read_interactions(world(), file_with(folder, "a.txt", text), format).items, 2);
  Interactions const texts = read_interactions(world(), file_with(folder, "b.txt", text + "x 12\n"), format);
  EXPECT_EQ(texts.items, 3);
  EXPECT_EQ(read_interactions(world(), file_with(folder, "c.txt", text + "1 x\n"), format).items, 4);
}

TEST(Interactions, TableWithAndWithoutHeader) {
  ScratchFolder const folder;
  InteractionFormat format;
  auto const movie_lens = file_with(folder, "u.data", "1\t20\t5\t100\n1\t10\t2\t90\n3\t10\t3\t80\n1\t20\t4\t70\n");
  EXPECT_EQ(described(read_interactions(world(), movie_lens, format)), "1: 10 20\n3: 10\n");
  format.value = "3";
  format.time = "4";
  InteractionCounts counts;
  EXPECT_EQ(described(read_interactions(world(), movie_lens, format, &counts)), "1: 10(2)@90 20(9)@100\n3: 10(3)@80\n");
  EXPECT_EQ(counts.repeated, 1);
  format.min_value = 3;
  format.value_as_weight = false;
  EXPECT_EQ(described(read_interactions(world(), movie_lens, format, &counts)), "1: 20@100\n3: 10@80\n");
  EXPECT_EQ(counts.below_threshold, 1);
  EXPECT_EQ(counts.read, counts.kept + counts.below_threshold + counts.repeated);

  InteractionFormat named;
  named.user = "who";
  named.item = "what";
  named.time = "day";
  auto const table = file_with(folder, "t.csv", "day,what,who\n1970-01-03,b,ann\n1970-01-02,\"a,b\",ann\n");
  EXPECT_EQ(described(read_interactions(world(), table, named)), "ann: a,b@86400 b@172800\n");
}

TEST(Interactions, ThresholdsCompareBeforeRounding) {
  ScratchFolder const folder;
  InteractionFormat format;
  format.value = "3";
  format.min_value = 0.7;
  EXPECT_EQ(world().sum(read_interactions(world(), file_with(folder, "a.csv", "1,1,0.7\n1,2,0.69\n"), format).size()),
            1);
}

TEST(Interactions, FilesAreReadOneAfterTheOther) {
  ScratchFolder const folder;
  InteractionFormat format;
  format.layout = InteractionLayout::userlist;
  format.ordered = true;
  std::vector<std::filesystem::path> const files{file_with(folder, "a.txt", "1 5 4\n2 9\n"),
                                                 file_with(folder, "b.txt", "2 4\n1 3\n")};
  EXPECT_EQ(described(read_interactions(world(), files, format)), "1: 3@2 4@1 5@0\n2: 4@1 9@0\n");
}

/// About 3,000 pairs of 200 users; heavy users first.
std::string many_lines() {
  std::string text;
  for (std::int64_t user = 0; user < 200; ++user) {
    text += std::to_string(user * user);
    for (std::int64_t i = 0; i < 600 / (user + 10) + 1; ++i) text += " " + std::to_string((user * 31 + i * i * 7) % 97);
    text += "\n";
  }
  return text;
}

TEST(Interactions, SameForAnyNumberOfRanksAndAboutEqualParts) {
  ScratchFolder const folder;
  InteractionFormat format;
  format.layout = InteractionLayout::userlist;
  auto const file = file_with(folder, "many.txt", many_lines());
  Interactions const mine = read_interactions(world(), file, format);
  std::string alone;
  std::vector<std::int64_t> counts;
  if (world().is_root()) {
    Interactions const whole = read_interactions(io::Comm::self(), file, format);
    counts = item_counts(io::Comm::self(), whole);
    for (std::int64_t u = 0; u < whole.users.count; ++u) {
      alone += whole.user_ids.text(u) + ":";
      for (std::int32_t const i : whole.items_of(u)) alone += " " + whole.item_ids.text(i);
      alone += "\n";
    }
    EXPECT_EQ(item_counts(io::Comm::self(), whole).size(), 97U);
  }
  EXPECT_EQ(described(mine), world().broadcast(alone));
  auto const total = static_cast<double>(world().sum(mine.size()));
  EXPECT_LT(static_cast<double>(mine.size()), total / world().size() + 100);
}

TEST(Interactions, ByItemHoldsTheSamePairs) {
  ScratchFolder const folder;
  InteractionFormat format;
  format.value = "3";
  std::string text;
  for (int i = 0; i < 500; ++i) {
    text += std::to_string(i * 13 % 41) + "," + std::to_string(i * i % 23) + "," + std::to_string(i % 5 + 1) + "\n";
  }
  Interactions const users = read_interactions(world(), file_with(folder, "a.csv", text), format);
  ItemInteractions const items = by_item(world(), users);
  EXPECT_EQ(items.users, users.users.total);
  EXPECT_EQ(items.items.total, users.items);
  std::vector<std::int64_t> const counts = item_counts(world(), users);
  using Entry = std::array<std::int64_t, 3>;
  std::vector<Entry> there, here;
  for (std::int64_t u = 0; u < users.users.count; ++u) {
    for (auto at = users.start[static_cast<std::size_t>(u)]; at < users.start[static_cast<std::size_t>(u) + 1]; ++at) {
      auto const i = static_cast<std::size_t>(at);
      there.push_back({users.item[i], users.users.first + u, static_cast<std::int64_t>(users.value[i])});
    }
  }
  for (std::int64_t i = 0; i < items.items.count; ++i) {
    auto const first = items.start[static_cast<std::size_t>(i)], last = items.start[static_cast<std::size_t>(i) + 1];
    EXPECT_EQ(last - first, counts[static_cast<std::size_t>(items.items.first + i)]);
    for (auto at = first; at < last; ++at) {
      auto const a = static_cast<std::size_t>(at);
      if (at > first) {
        EXPECT_LT(items.user[a - 1], items.user[a]);
      }
      here.push_back({items.items.first + i, items.user[a], static_cast<std::int64_t>(items.value[a])});
    }
  }
  there = world().gather_all(std::span<Entry const>(there));
  here = world().gather_all(std::span<Entry const>(here));
  std::sort(there.begin(), there.end());
  EXPECT_EQ(here, there);
}

TEST(Interactions, PairsAndBack) {
  ScratchFolder const folder;
  InteractionFormat format;
  auto const file = file_with(folder, "a.csv", "user,item\nx,1\ny,2\nx,3\n");
  Interactions const once = read_interactions(world(), file, format);
  EXPECT_EQ(described(gather_interactions(world(), as_pairs(once))), described(once));
  EntityIds known;
  known.integers = {1, 3, 4};
  GatherOptions options;
  options.items = &known;
  GatherCounts counts;
  Interactions const restricted = gather_interactions(world(), as_pairs(once), options, &counts);
  EXPECT_EQ(described(restricted), "x: 1 3\ny:\n");
  EXPECT_EQ(restricted.items, 3);
  EXPECT_EQ(counts.unknown_items, 1);
}

TEST(Interactions, DifferentIdsAreJudgedBySomeRows) {
  DistinctValues sorted, drawn;
  std::uint64_t state = 1;
  for (int block = 0; block < 16; ++block) {
    sorted.begin_block();
    drawn.begin_block();
    for (int row = 0; row < 1000; ++row) {
      sorted.add(std::to_string((block * 50000 + row) / 20));
      state = state * 6364136223846793005u + 1442695040888963407u;
      drawn.add(std::to_string((state >> 33) % 5000));
    }
  }
  EXPECT_NEAR(static_cast<double>(sorted.expected(800000)), 40000, 400);
  EXPECT_NEAR(static_cast<double>(drawn.expected(800000)), 5000, 500);
  EXPECT_EQ(sorted.expected(16000), 800);
  EXPECT_EQ(DistinctValues().expected(5), 0);

  ScratchFolder const folder;
  std::string text = "item;user;value\n", words;
  for (int i = 0; i < 3000; ++i) {
    text += "\"i" + std::to_string(i % 37) + "\";u" + std::to_string(i % 400) + ";1\n";
    words += "u" + std::to_string(i) + " 1 2 " + std::to_string(i % 50) + "\n";
  }
  InteractionFormat format;
  std::vector<std::filesystem::path> const table{file_with(folder, "a.csv", text)};
  ExpectedEntities const named = expected_entities(world(), table, format, 3000);
  EXPECT_EQ(named.users, 400);
  EXPECT_EQ(named.items, 37);
  format.layout = InteractionLayout::userlist;
  std::vector<std::filesystem::path> const list{file_with(folder, "a.txt", words)};
  EXPECT_EQ(expected_entities(world(), list, format, 9000).users, 3000);
  EXPECT_EQ(expected_entities(world(), list, format, 9000).items, 50);
  std::vector<std::filesystem::path> const absent{folder / "absent.csv"};
  EXPECT_EQ(expected_entities(world(), absent, format, 5).users, 0);
}

TEST(Interactions, WhatReadingTakesIsJudgedByTheFirstLines) {
  ScratchFolder const folder;
  std::string text = "user,item,channel\n";
  for (int i = 0; i < 60000; ++i)
    text += std::to_string(1000 + i % 7000) + "," + std::to_string(100 + i % 800) + ",web\n";
  std::vector<std::filesystem::path> const file{file_with(folder, "a.csv", text)};
  ReadingMemory const expected = expected_reading_memory(world(), file, {});
  EXPECT_NEAR(static_cast<double>(expected.pairs), 60000, 600);
  // Of each pair two numbers and a code in columns, and the bytes of the file; or what moving it takes.
  double const parsing = static_cast<double>(text.size()) + 60000 * 20.0, moving = 60000 * (48.0 + 160);
  EXPECT_NEAR(static_cast<double>(expected.bytes_per_rank) * world().size(), std::max(parsing, moving), .02 * moving);
  std::vector<std::filesystem::path> const twice{file[0], file[0]};
  EXPECT_EQ(expected_reading_memory(world(), twice, {}).pairs, 2 * expected.pairs);

  InteractionFormat lists;
  lists.layout = InteractionLayout::userlist;
  EXPECT_EQ(expected_reading_memory(world(), file, lists).pairs, 0);
  std::string words;
  for (int i = 0; i < 20000; ++i) words += std::to_string(1000 + i) + " 101 102 103\n";
  std::vector<std::filesystem::path> const list{file_with(folder, "a.txt", words)};
  ReadingMemory const of_lists = expected_reading_memory(world(), list, lists);
  EXPECT_NEAR(static_cast<double>(of_lists.pairs), 60000, 600);
  EXPECT_NEAR(static_cast<double>(of_lists.bytes_per_rank) * world().size(), moving, .02 * moving);
  io::Table table;
  table.range = io::even_share(60000, world().rank(), world().size());
  table.add(io::integer_column("user", std::vector<std::int64_t>(static_cast<std::size_t>(table.range.count), 3)));
  table.add(io::integer_column("item", std::vector<std::int64_t>(static_cast<std::size_t>(table.range.count), 4)));
  io::commit_hdf5(world(), folder / "a.h5", {"table", "", 0, {}},
                  [&](io::Hdf5File& out) { io::write_table(out, "table", table); });
  std::vector<std::filesystem::path> const stored{folder / "a.h5"};
  EXPECT_EQ(expected_reading_memory(world(), stored, {}).pairs, 60000);
  EXPECT_NEAR(static_cast<double>(expected_reading_memory(world(), stored, {}).bytes_per_rank) * world().size(), moving,
              .02 * moving);

  std::vector<std::filesystem::path> const bad{file[0], folder / "absent.csv"};
  EXPECT_EQ(expected_reading_memory(world(), bad, {}).pairs, 0);
  std::vector<std::filesystem::path> const empty{file_with(folder, "b.csv", "")};
  EXPECT_EQ(expected_reading_memory(world(), empty, {}).pairs, 0);
}

TEST(Interactions, EntityIdsFindAndName) {
  EntityIds numbers, texts;
  numbers.integers = {-4, 7, 100};
  texts.texts = {"a", "b c", "\xc3\xa9"};
  EXPECT_EQ(numbers.find("7"), 1);
  EXPECT_EQ(numbers.find("8"), std::nullopt);
  EXPECT_EQ(numbers.find("7x"), std::nullopt);
  EXPECT_EQ(numbers.text(0), "-4");
  EXPECT_EQ(texts.find("b c"), 1);
  EXPECT_EQ(texts.find("b"), std::nullopt);
  EXPECT_EQ(texts.size(), 3);
}

TEST(Splits, ByShareDoNotDependOnOtherUsersOrRanks) {
  ScratchFolder const folder;
  InteractionFormat format;
  format.layout = InteractionLayout::userlist;
  Interactions const all = read_interactions(world(), file_with(folder, "a.txt", many_lines()), format);
  InteractionSplit const split = split_by_share(all, .25, 3);
  for (std::int64_t u = 0; u < all.users.count; ++u) {
    auto const n = static_cast<std::int64_t>(all.items_of(u).size());
    auto const tested = static_cast<std::int64_t>(split.test.items_of(u).size());
    EXPECT_EQ(tested, std::min<std::int64_t>((n + 2) / 4, n - 1));
    EXPECT_EQ(static_cast<std::int64_t>(split.train.items_of(u).size()), n - tested);
  }
  EXPECT_NE(described(split.test), described(split_by_share(all, .25, 4).test));
  // The last users alone (their lines stand at the end of the file) are cut as before.
  std::string const lines = many_lines();
  std::string const tail = lines.substr(lines.find("\n22500 ") + 1);
  Interactions const some = read_interactions(world(), file_with(folder, "b.txt", tail), format);
  std::string const part = described(split_by_share(some, .25, 3).test);
  std::string const whole = described(split.test);
  EXPECT_EQ(part, whole.substr(whole.find("\n22500:") + 1));
}

TEST(Splits, ByTime) {
  ScratchFolder const folder;
  InteractionFormat format;
  format.time = "time";
  auto const file = file_with(folder, "a.csv", "user,item,time\n1,1,30\n1,2,10\n1,3,20\n2,1,5\n2,3,30\n3,2,40\n");
  Interactions const all = read_interactions(world(), file, format);
  InteractionSplit const last = split_last(all, 1);
  EXPECT_EQ(described(last.test), "1: 1@30\n2: 3@30\n3:\n");
  EXPECT_EQ(described(last.train), "1: 2@10 3@20\n2: 1@5\n3: 2@40\n");
  InteractionSplit const later = split_at_time(all, 30);
  EXPECT_EQ(described(later.test), "1: 1@30\n2: 3@30\n3: 2@40\n");
  EXPECT_EQ(described(later.train), "1: 2@10 3@20\n2: 1@5\n3:\n");
  Interactions without = all;
  without.time.clear();
  if (without.size() > 0) {
    EXPECT_THROW(split_last(without, 1), ConfigError);
  }
}

TEST(BalancedCuts, CoverAllAndBalance) {
  for (int const parts : {1, 2, 3, 7}) {
    for (std::size_t const n : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{1000}}) {
      std::vector<std::int64_t> weights;
      std::int64_t total = 0;
      for (std::size_t i = 0; i < n; ++i) weights.push_back(static_cast<std::int64_t>(i * 37 % 11));
      for (std::int64_t const w : weights) total += w + 1;
      std::vector<std::int64_t> const cuts = balanced_cuts(weights, parts);
      ASSERT_EQ(cuts.size(), static_cast<std::size_t>(parts) + 1);
      EXPECT_EQ(cuts.front(), 0);
      EXPECT_EQ(cuts.back(), static_cast<std::int64_t>(n));
      for (int p = 0; p < parts; ++p) {
        io::RowRange const piece = piece_of(cuts, p);
        std::int64_t weight = 0;
        for (std::int64_t i = piece.first; i < piece.end(); ++i) {
          weight += weights[static_cast<std::size_t>(i)] + 1;
          EXPECT_EQ(part_of(cuts, i), p);
        }
        EXPECT_LE(weight, total / parts + 12);
      }
    }
  }
}

TEST(Interactions, UsersMoveToTheRanksOfAnotherSet) {
  ScratchFolder const folder;
  std::string numbers, names;
  for (int u = 0; u < 11; ++u) {
    for (int i = 0; i <= (u * 5) % 7; ++i) {
      numbers += std::to_string(u) + "," + std::to_string(i * 3) + "," + std::to_string(1 + i % 4) + "," +
                 std::to_string(100 * u + i) + "\n";
      names += "user " + std::string(static_cast<std::size_t>(u % 3), 'x') + std::to_string(u) + "," +
               std::to_string(i) + ",1,7\n";
    }
  }
  for (std::string const& text : {numbers, names}) {
    InteractionFormat format;
    format.user = "user";
    format.item = "item";
    format.value = "value";
    format.time = "time";
    format.value_as_weight = true;
    Interactions const read =
        read_interactions(world(), file_with(folder, "i.csv", "user,item,value,time\n" + text), format);
    ASSERT_EQ(read.users.total, 11);
    // Even shares, everything on the last rank, everything on the first.
    std::int64_t const last = world().rank() == world().size() - 1 ? 11 : 0;
    std::int64_t const first = world().rank() == 0 ? 11 : 0;
    for (io::RowRange const& wanted : {io::even_share(11, world().rank(), world().size()), io::RowRange{0, last, 11},
                                       io::RowRange{first == 0 ? 11 : 0, first, 11}}) {
      Interactions const moved = realign(world(), read, wanted);
      EXPECT_EQ(moved.users.count, wanted.count);
      EXPECT_EQ(moved.start.size(), static_cast<std::size_t>(wanted.count) + 1);
      EXPECT_EQ(moved.user_ids.size(), wanted.count);
      EXPECT_EQ(described(moved), described(read));
    }
  }
}

}  // namespace
}  // namespace tidemill::drivers
