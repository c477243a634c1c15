#include "drivers/sales/daily_sales.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"
#include "kernels/random/philox.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::ScratchFolder;
using tests::world;

struct Line {
  std::string location, item, order;
  std::int64_t date, quantity, gross, discount, cost = io::missing_integer;
  std::int64_t is_void = 0, is_refund = 0, is_deferred = 0;
};

/// The rows that `even_share` gives this rank.
io::Table lines_table(io::Comm const& comm, std::vector<Line> const& all) {
  io::Table table;
  table.range = io::even_share(static_cast<std::int64_t>(all.size()), comm.rank(), comm.size());
  std::vector<std::string> location, item, name, category, order;
  std::vector<std::int64_t> date, quantity, gross, discount, net, cost, is_void, is_refund, is_deferred;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    Line const& line = all[static_cast<std::size_t>(row)];
    location.push_back(line.location);
    item.push_back(line.item);
    name.push_back("the " + line.item);
    category.push_back(line.item.substr(0, 1));
    order.push_back(line.order);
    date.push_back(line.date);
    quantity.push_back(line.quantity);
    gross.push_back(line.gross);
    discount.push_back(line.discount);
    net.push_back(line.gross - line.discount);
    cost.push_back(line.cost);
    is_void.push_back(line.is_void);
    is_refund.push_back(line.is_refund);
    is_deferred.push_back(line.is_deferred);
  }
  table.add(io::text_column(comm, "location", location));
  table.add(io::text_column(comm, "item_key", item));
  table.add(io::text_column(comm, "item_name", name));
  table.add(io::text_column(comm, "category", category));
  table.add(io::text_column(comm, "order_id", order));
  table.add(io::integer_column("business_date", date, io::ColumnType::date));
  table.add(io::integer_column("qty", quantity));
  for (auto& [column, values] :
       {std::pair("gross", &gross), {"discount", &discount}, {"net", &net}, {"unit_cost", &cost}})
    table.add(io::integer_column(column, *values, io::ColumnType::cents));
  for (auto& [column, values] :
       {std::pair("is_void", &is_void), {"is_refund", &is_refund}, {"is_deferred", &is_deferred}})
    table.add(io::integer_column(column, *values));
  return table;
}

std::vector<std::int64_t> everyone(io::Table const& table, std::string const& column) {
  return world().gather_all(std::span<std::int64_t const>(table.at(column).integers));
}

TEST(DailySales, FillsDaysAndKeepsPrices) {
  using V = std::vector<std::int64_t>;
  std::vector<Line> const lines{
      {"north", "pie", "a", 100, 2000, 1001, 0, 300},
      {"north", "pie", "a", 100, 1000, 500, 0, 330},
      {"north", "pie", "b", 103, 3000, 1800, 450},
      {"north", "pie", "c", 103, -1000, -600, -150, io::missing_integer, 0, 1},
      {"north", "pie", "d", 101, 9000, 9000, 0, io::missing_integer, 1},
      {"north", "pie", "e", 104, 9000, 9000, 0, io::missing_integer, 0, 0, 1},
      {"north", "tea", "f", 101, 1000, 250, 0},
      {"south", "tea", "g", 140, 1500, 375, 0},
  };
  io::Table promotions;
  promotions.range = io::even_share(1, world().rank(), world().size());
  bool const mine = promotions.range.count == 1;
  promotions.add(
      io::text_column(world(), "location", mine ? std::vector<std::string>{""} : std::vector<std::string>{}));
  promotions.add(
      io::text_column(world(), "item_key", mine ? std::vector<std::string>{"pie"} : std::vector<std::string>{}));
  promotions.add(io::integer_column("start", mine ? V{101} : V{}, io::ColumnType::date));
  promotions.add(io::integer_column("end", mine ? V{102} : V{}, io::ColumnType::date));

  io::Table const daily = daily_sales(world(), lines_table(world(), lines), &promotions);
  ASSERT_EQ(daily.range.total, 6);
  EXPECT_EQ(everyone(daily, "business_date"), (V{100, 101, 102, 103, 101, 140}));
  EXPECT_EQ(everyone(daily, "units"), (V{3000, 0, 0, 2000, 1000, 1500}));
  EXPECT_EQ(everyone(daily, "net"), (V{1501, 0, 0, 1350 - 450, 250, 375}));
  EXPECT_EQ(everyone(daily, "orders"), (V{1, 0, 0, 1, 1, 1}));
  EXPECT_EQ(everyone(daily, "unit_price"), (V{500, 500, 500, 600, 250, 250}));
  EXPECT_EQ(everyone(daily, "unit_cost"), (V{310, 310, 310, 310, io::missing_integer, io::missing_integer}));
  EXPECT_EQ(everyone(daily, "promotion"), (V{0, 1, 1, 1, 0, 0}));
  EXPECT_EQ(everyone(daily, "is_open"), (V{1, 1, 0, 1, 1, 1}));
  auto const depth = world().gather_all(std::span<double const>(daily.at("discount_depth").reals));
  EXPECT_EQ(depth[0], 0.0);
  EXPECT_TRUE(std::isnan(depth[1]));
  EXPECT_EQ(depth[3], 0.25);

  io::Table const weekly = weekly_sales(world(), daily);  // day 102 is a Monday
  EXPECT_EQ(everyone(weekly, "units"), (V{3000, 2000, 1000, 1500}));
}

TEST(DailySales, LiveItemsReachTheLastDay) {
  std::vector<Line> const lines{{"n", "a", "1", 10, 1000, 100, 0}, {"n", "b", "2", 38, 1000, 100, 0}};
  DailySalesParams params;
  params.live_days = 28;
  EXPECT_EQ(daily_sales(world(), lines_table(world(), lines), nullptr, params).range.total, 30);
  params.live_days = 27;
  EXPECT_EQ(daily_sales(world(), lines_table(world(), lines), nullptr, params).range.total, 2);
}

std::vector<Line> random_lines(int count) {
  std::vector<Line> lines;
  for (int i = 0; i < count; ++i) {
    auto const random = kernels::Philox::block(3, static_cast<std::uint64_t>(i), 0, 0);
    std::int64_t const units = 1 + random.word[0] % 3;
    Line line{"place " + std::to_string(random.word[1] % 4),
              "item " + std::to_string(random.word[2] % 30),
              std::to_string(i / 3),
              20000 + random.word[3] % 60,
              units * 1000,
              units * 799,
              random.word[0] % 5 == 0 ? 100 : 0};
    line.is_void = random.word[1] % 17 == 0;
    line.is_deferred = random.word[2] % 19 == 0;
    lines.push_back(line);
  }
  return lines;
}

TEST(DailySales, MoneyIsConservedForAnyNumberOfRanks) {
  ScratchFolder const folder;
  for (int const count : {0, 1, 3, 5000}) {
    std::vector<Line> const lines = random_lines(count);
    std::int64_t expected = 0;
    for (Line const& line : lines) {
      if (line.is_void == 0 && line.is_deferred == 0) expected += line.gross - line.discount;
    }
    auto const digest_over = [&](io::Comm const& comm, std::string const& name) {
      io::Table const daily = daily_sales(comm, lines_table(comm, lines));
      std::int64_t sum = 0;
      for (std::int64_t const net : daily.at("net").integers) sum += net;
      EXPECT_EQ(comm.sum(sum), expected);
      return io::commit_hdf5(comm, folder / name, {"table", "", 1, {}},
                             [&](io::Hdf5File& file) { io::write_table(file, "table", daily); });
    };
    std::string const together = digest_over(world(), "together.h5");
    std::string alone;
    if (world().is_root()) alone = digest_over(io::Comm::self(), "alone.h5");
    EXPECT_EQ(world().broadcast(alone), together);
  }
}

}  // namespace
}  // namespace tidemill::drivers
