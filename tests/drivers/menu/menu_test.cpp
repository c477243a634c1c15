#include "drivers/menu/menu.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "io/error.hpp"
#include "tests/support/digest_of_table.hpp"
#include "tests/support/example_tables.hpp"

namespace tidemill::drivers {
namespace {

using tests::all_numbers;
using tests::all_texts;
using tests::world;
using Names = std::vector<std::string>;

io::Table items_table(io::Comm const& comm, std::vector<double> const& units, std::vector<double> const& prices,
                      std::vector<double> const& costs, Names const& categories) {
  io::Table table;
  table.range = io::even_share(static_cast<std::int64_t>(units.size()), comm.rank(), comm.size());
  std::vector<double> u, p, c;
  Names item, category;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    auto const i = static_cast<std::size_t>(row);
    item.push_back("item " + std::to_string(row));
    category.push_back(categories[i]);
    u.push_back(units[i]);
    p.push_back(prices[i]);
    c.push_back(costs[i]);
  }
  table.add(io::text_column(comm, "item", item));
  table.add(io::text_column(comm, "category", category));
  table.add(io::real_column("units", u));
  table.add(io::real_column("price", p));
  table.add(io::real_column("cost", c));
  return table;
}

TEST(MenuMatrix, WorkedNumbersAsATable) {
  io::Table const matrix = menu_matrix_of_items(
      world(), items_table(world(), {120, 80, 40, 10}, {10, 15, 20, 6}, {6, 6, 8, 3}, Names(4, "m")), {});
  EXPECT_EQ(all_texts(world(), matrix, "class"), (Names{"Plowhorse", "Star", "Puzzle", "Dog"}));
  EXPECT_NEAR(all_numbers(world(), matrix, "y_limit")[2], 6.84, 1e-12);
  EXPECT_NEAR(all_numbers(world(), matrix, "x_distance")[3], .04 / .175 - 1, 1e-12);
  EXPECT_EQ(all_texts(world(), matrix, "rule")[0].substr(0, 36), "kasavana_smith popularity_share=0.7;");
}

TEST(MenuMatrix, ItemsThatCannotBeComparedSayWhy) {
  double const unknown = std::nan("");
  io::Table const matrix = menu_matrix_of_items(
      world(), items_table(world(), {10, 0, 5, 7}, {5, 5, 5, 5}, {2, 2, unknown, unknown}, {"a", "a", "a", "b"}), {});
  EXPECT_EQ(all_texts(world(), matrix, "class"), (Names{"Star", "NO_SALES", "NO_COST", "NO_COST"}));
  EXPECT_TRUE(std::isnan(all_numbers(world(), matrix, "mix")[1]));
  EXPECT_TRUE(std::isnan(all_numbers(world(), matrix, "y_limit")[3]));
}

TEST(MenuMatrix, EmptyTableGivesAnEmptyMatrix) {
  EXPECT_EQ(menu_matrix_of_items(world(), items_table(world(), {}, {}, {}, {}), {}).range.total, 0);
}

TEST(MenuMatrix, LabourVariantNeedsLabour) {
  MenuParams params;
  params.rule.variant = MenuVariant::lebruto;
  EXPECT_THROW(menu_matrix_of_items(world(), items_table(world(), {1}, {2}, {1}, {"a"}), params), ConfigError);
}

/// Lines of three locations, five items in two categories; item 4 has no cost, item 3 starts late, item 2 ends early.
io::Table sales_table(io::Comm const& comm, std::int64_t total) {
  io::Table table;
  table.range = io::even_share(total, comm.rank(), comm.size());
  Names location, order, item, name, category;
  std::vector<std::int64_t> date, qty, net, cost, is_void;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    std::int64_t const day = row * 100 / total;
    std::int64_t number = static_cast<std::int64_t>(5 * tests::draw(row, 1));
    if (number == 3 && day < 95) number = 0;
    if (number == 2 && day > 60) number = 1;
    location.push_back("place " + std::to_string(row % 3));
    order.push_back("order " + std::to_string(row / 3 % (total / 6 + 1)) + " at " + std::to_string(row % 3));
    item.push_back("i" + std::to_string(number));
    name.push_back(day < 50 && number == 1 ? "old name" : "name " + std::to_string(number));
    category.push_back(number < 3 ? "mains" : "sides");
    date.push_back(20000 + day);
    qty.push_back(row % 50 == 0 ? -1000 : 1000 * (1 + row % 2));
    net.push_back(qty.back() * (800 + 150 * number) / 1000);
    cost.push_back(number == 4 ? io::missing_integer : 300 + 40 * number);
    is_void.push_back(row % 40 == 7 ? 1 : 0);
  }
  table.add(io::text_column(comm, "location", location));
  table.add(io::integer_column("business_date", date, io::ColumnType::date));
  table.add(io::text_column(comm, "order_id", order));
  table.add(io::text_column(comm, "item_key", item));
  table.add(io::text_column(comm, "item_name", name));
  table.add(io::text_column(comm, "category", category));
  table.add(io::integer_column("qty", qty));
  table.add(io::integer_column("net", net, io::ColumnType::cents));
  table.add(io::integer_column("unit_cost", cost, io::ColumnType::cents));
  table.add(io::integer_column("is_void", is_void));
  return table;
}

TEST(MenuMatrix, SalesGiveTheChainAndEachLocation) {
  io::Table const matrix = menu_matrix(world(), sales_table(world(), 6000), {});
  Names const level = all_texts(world(), matrix, "level"), item = all_texts(world(), matrix, "item");
  Names const classes = all_texts(world(), matrix, "class");
  ASSERT_EQ(level.size(), 20u);
  EXPECT_EQ(level[4], "chain");
  EXPECT_EQ(level[5], "location");
  EXPECT_EQ((Names{item.begin(), item.begin() + 5}), (Names{"i0", "i1", "i2", "i3", "i4"}));
  EXPECT_EQ(classes[2], "SEASONAL_OUT");
  EXPECT_EQ(classes[3], "NEW");
  EXPECT_EQ(classes[4], "NO_COST");
  EXPECT_EQ(all_texts(world(), matrix, "item_name")[1], "name 1");
  std::vector<double> const units = all_numbers(world(), matrix, "units");
  for (std::size_t i = 0; i < 5; ++i) EXPECT_DOUBLE_EQ(units[i], units[5 + i] + units[10 + i] + units[15 + i]);
  EXPECT_NEAR(all_numbers(world(), matrix, "price")[1], 9.5, 1e-9);
  EXPECT_NEAR(all_numbers(world(), matrix, "cost")[1], 3.4, 1e-9);
}

TEST(MenuMatrix, ClearClassesAreStable) {
  io::Table const matrix = menu_matrix(world(), sales_table(world(), 6000), {});
  std::vector<double> const stability = all_numbers(world(), matrix, "stability");
  EXPECT_GT(stability[0], 0.99);
  EXPECT_TRUE(std::isnan(stability[2]));
  MenuParams without;
  without.resamples = 0;
  EXPECT_TRUE(
      std::isnan(all_numbers(world(), menu_matrix(world(), sales_table(world(), 600), without), "stability")[0]));
}

TEST(MenuMatrix, SameForAnyNumberOfRanks) {
  for (std::int64_t const lines : {0, 2, 3000}) {
    EXPECT_TRUE(tests::same_on_any_number_of_ranks([&](io::Comm const& comm) {
      return menu_matrix(comm, sales_table(comm, lines), {});
    })) << lines;
  }
  EXPECT_TRUE(tests::same_on_any_number_of_ranks([&](io::Comm const& comm) {
    return menu_matrix_of_items(comm, items_table(comm, {3, 2, 1}, {9, 8, 7}, {1, 2, 3}, {"b", "a", "b"}), {});
  }));
}

}  // namespace
}  // namespace tidemill::drivers
