#include <gtest/gtest.h>

#include "drivers/interactions/pair_rows.hpp"
#include "drivers/night/asset_steps.hpp"
#include "drivers/night/daily_counts.hpp"
#include "drivers/night/example_lists.hpp"
#include "drivers/night/ranked_lists.hpp"
#include "tests/support/digest_of_table.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::world;

constexpr std::int64_t day = 86400;

/// Users 0 .. users-1; user u has items u % 5, u % 7 + 1 and (even users) 20, on day u % 28.
Interactions example(std::int64_t users) {
  PairRows rows;
  io::RowRange const mine = io::even_share(users, world().rank(), world().size());
  for (std::int64_t u = mine.first; u < mine.end(); ++u) {
    for (std::int64_t const item : {u % 5, u % 7 + 1, u % 2 == 0 ? 20 : u % 5}) {
      rows.user.integers.push_back(u);
      rows.item.integers.push_back(item);
      rows.time.push_back(u % 28 * day + item);
      rows.order.push_back(3 * u);
    }
  }
  return gather_interactions(world(), rows);
}

std::int64_t total(io::Table const& table, std::string const& column) {
  std::int64_t sum = 0;
  for (std::int64_t const value : table.at(column).integers) sum += value;
  return world().sum(sum);
}

TEST(DailyCounts, EveryDayFromTheFirstOnHasARow) {
  Interactions const pairs = example(280);
  io::Table const counts = daily_counts(world(), pairs, {27, 100, 1});
  std::int64_t const all = world().sum(pairs.size());
  EXPECT_EQ(total(counts, "units"), all);
  // Items 0 .. 7 and 20; item 20 has even days only, from day 0 on: days without interactions are rows too.
  std::int64_t rows = 0;
  for (std::int64_t row = 0; row < counts.rows(); ++row) rows += counts.at("item_key").text(row) == "20" ? 1 : 0;
  EXPECT_EQ(world().sum(rows), 28);
  io::Table const few = daily_counts(world(), pairs, {27, 7, 1000000});
  EXPECT_EQ(few.range.total, 0);
  io::Table const week = daily_counts(world(), pairs, {27, 7, 1});
  // Items 5, 6 and 7 begin on days 25, 26 and 27, item 20 on day 22.
  EXPECT_EQ(week.range.total, 5 * 7 + 3 + 2 + 1 + 6);
}

TEST(DailyCounts, WholeWeeksBackFromTheLastDay) {
  io::Table const counts = daily_counts(world(), example(280), {27, 24, 1});
  io::Table const weeks = weekly_counts(world(), counts, {"20", "3"});
  EXPECT_EQ(weeks.range.total, 2 * 3);  // the first three days of the window are no week
  for (std::int64_t const end : weeks.at("week").integers) EXPECT_EQ((27 - end) % 7, 0);
}

TEST(ExampleLists, ChosenUsersAndCurvesDoNotDependOnRanks) {
  Interactions const pairs = example(100);
  std::vector<std::int64_t> const users = example_users(world(), pairs);
  ASSERT_EQ(users.size(), 5u);
  EXPECT_EQ(users, (std::vector<std::int64_t>{10, 30, 50, 70, 90}));
  EXPECT_EQ(most_popular({3, 9, 9, 1}), (std::vector<std::int64_t>{1, 2, 0, 3}));
  io::Table const curve = attention_table(world(), {{"history", {6, 0, 0, 2, 2}}});
  EXPECT_EQ(curve.range.total, 101);
  for (std::int64_t row = 0; row < curve.rows(); ++row) {
    double const share = curve.at("assets").number(row);
    double const expected = share < 0.2 ? 0 : share < 0.4 ? 0.6 : share < 0.6 ? 0.8 : 1;
    EXPECT_DOUBLE_EQ(curve.at("attention").number(row), expected) << share;
  }
  EXPECT_EQ(attention_table(world(), {{"lists", {0, 0}}}).range.total, 0);
}

TEST(RankedListsOfItems, ProbesHaveOneItemEach) {
  Interactions const pairs = example(100);
  Interactions const probes = item_probes(world(), pairs);
  EXPECT_EQ(probes.users.total, pairs.items);
  EXPECT_EQ(world().sum(probes.size()), pairs.items);
  for (std::int64_t u = 0; u < probes.users.count; ++u) {
    ASSERT_EQ(probes.items_of(u).size(), 1u);
    EXPECT_EQ(probes.items_of(u)[0], probes.users.first + u);
    EXPECT_EQ(probes.user_ids.text(u), pairs.item_ids.text(probes.users.first + u));
  }
  RankedLists lists = empty_lists(probes.users.count, 3);
  for (std::int64_t u = 0; u < probes.users.count; ++u) {
    lists.item[static_cast<std::size_t>(3 * u)] = 4;
    lists.item[static_cast<std::size_t>(3 * u + 1)] = 2;
  }
  Interactions const back = as_interactions(probes, lists);
  for (std::int64_t u = 0; u < probes.users.count; ++u) {
    auto const first = static_cast<std::size_t>(back.start[static_cast<std::size_t>(u)]);
    EXPECT_EQ(back.item[first], 2);
    EXPECT_EQ(back.time[first], 1);
    EXPECT_EQ(back.time[first + 1], 0);
  }
}

TEST(AssetFiles, OnlyTheLinesOfASteps) {
  std::string const section = "asset.k = 20\nasset.kind = x\nasset.holdout = last\n";
  EXPECT_EQ(lines_of(section, "asset", {"k", "holdout"}), "asset.k = 20\nasset.holdout = last\n");
  EXPECT_EQ(lines_of(section, "asset", {}), "");
}

}  // namespace
}  // namespace tidemill::drivers
