#include "drivers/partition/join.hpp"

#include <gtest/gtest.h>

#include "io/error.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::world;

io::Table column_table(std::vector<std::int64_t> const& keys, std::string const& name) {
  io::Table table;
  table.range = io::even_share(static_cast<std::int64_t>(keys.size()), world().rank(), world().size());
  std::vector<std::int64_t> mine, values;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    mine.push_back(keys[static_cast<std::size_t>(row)]);
    values.push_back(mine.back() * 10);
  }
  table.add(io::integer_column("key", mine));
  table.add(io::integer_column(name, values));
  return table;
}

TEST(Join, AddsValuesByKey) {
  io::Table const joined = left_join(world(), column_table({3, 1, 3, 9, 2}, "a"), column_table({1, 2, 3}, "b"), "key");
  ASSERT_EQ(joined.range.total, 5);
  auto const values = world().gather_all(std::span<std::int64_t const>(joined.at("b").integers));
  EXPECT_EQ(values, (std::vector<std::int64_t>{30, 10, 30, io::missing_integer, 20}));
}

TEST(Join, RefusesDoubleKeysAndColumns) {
  EXPECT_THROW(left_join(world(), column_table({1, 2}, "a"), column_table({1, 1}, "b"), "key"), DataError);
  EXPECT_THROW(left_join(world(), column_table({1, 2}, "a"), column_table({1, 2}, "a"), "key"), Error);
}

}  // namespace
}  // namespace tidemill::drivers
