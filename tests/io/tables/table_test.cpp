#include "io/tables/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "io/error.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::world;

TEST(Table, DictionaryIsTheSameOnEveryRank) {
  std::string const mine = "rank " + std::to_string(world().rank());
  Column const column = text_column(world(), "name", {"b", mine, "", "a"});
  EXPECT_EQ(column.dictionary.size(), 2u + static_cast<std::size_t>(world().size()));
  EXPECT_TRUE(std::is_sorted(column.dictionary.begin(), column.dictionary.end()));
  EXPECT_EQ(column.text(0), "b");
  EXPECT_EQ(column.text(1), mine);
  EXPECT_TRUE(column.is_missing(2));
  EXPECT_EQ(column.text(2), "");
}

TEST(Table, DictionaryWithRanksThatHaveNoRows) {
  std::vector<std::string> const values =
      world().rank() == 0 ? std::vector<std::string>{"x"} : std::vector<std::string>{};
  Column const column = text_column(world(), "name", values);
  EXPECT_EQ(column.dictionary, std::vector<std::string>{"x"});
}

TEST(Table, UnknownIsNotZero) {
  Column const cents = integer_column("net", {0, missing_integer}, ColumnType::cents);
  EXPECT_EQ(cents.number(0), 0.0);
  EXPECT_TRUE(std::isnan(cents.number(1)));
  EXPECT_FALSE(cents.is_missing(0));
}

TEST(Table, MissingColumnNamesTheNearest) {
  Table table;
  table.add(real_column("price", {}));
  table.add(real_column("units", {}));
  try {
    table.at("pirce");
    FAIL();
  } catch (DataError const& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'price'"), std::string::npos);
  }
}

TEST(Table, AddReplacesAColumnOfTheSameName) {
  Table table;
  table.add(real_column("price", {1.0}));
  table.add(real_column("price", {2.0}));
  ASSERT_EQ(table.columns.size(), 1u);
  EXPECT_EQ(table.at("price").reals[0], 2.0);
}

}  // namespace
}  // namespace tidemill::io
