#include "drivers/panel/sales_panel.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "io/error.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::world;

/// 2 locations x 3 items x 20 days, days first, so that every group is spread over the ranks.
io::Table daily_table(io::Comm const& comm) {
  io::Table table;
  table.range = io::even_share(2 * 3 * 20, comm.rank(), comm.size());
  std::vector<std::string> location, category;
  std::vector<std::int64_t> item, date, units, price;
  std::vector<double> rain;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    std::int64_t const day = row / 6, place = row % 2, number = row / 2 % 3;
    location.push_back(place == 0 ? "north" : "south");
    item.push_back(10 + number);
    category.push_back(number == 0 ? "" : "mains");
    date.push_back(7300 + day);
    units.push_back(row == 17 ? io::missing_integer : 1500 + row);
    price.push_back(row == 18 ? io::missing_integer : 995);
    rain.push_back(0.5 * static_cast<double>(day));
  }
  table.add(io::text_column(comm, "location", location));
  table.add(io::integer_column("item_key", item));
  table.add(io::text_column(comm, "category", category));
  table.add(io::integer_column("business_date", date, io::ColumnType::date));
  table.add(io::integer_column("units", units, io::ColumnType::integer, "1/1000 unit"));
  table.add(io::integer_column("unit_price", price, io::ColumnType::cents));
  table.add(io::real_column("rain", rain));
  return table;
}

TEST(SalesPanel, GroupsAreWholeAndSorted) {
  PanelColumns names;
  names.controls = {"rain"};
  SalesPanel const panel = load_panel(world(), daily_table(world()), names, PanelOwner::item);
  EXPECT_EQ(world().sum(static_cast<std::int64_t>(panel.days.size())), 119);
  EXPECT_EQ(panel.rows_without_units, 1);
  EXPECT_EQ(panel.items, (std::vector<std::string>{"10", "11", "12"}));
  EXPECT_EQ(panel.category_of_item, (std::vector<std::int32_t>{-1, 0, 0}));
  EXPECT_TRUE(panel.has_calendar && panel.price_is_cents && !panel.has_cost);
  std::vector<std::int64_t> owners(3, 0);
  for_each_run(
      panel.days, [](SalesDay const& a, SalesDay const& b) { return a.item == b.item; },
      [&](std::size_t first, std::size_t last) {
        ++owners[static_cast<std::size_t>(panel.days[first].item)];
        for (std::size_t i = first + 1; i < last; ++i) {
          SalesDay const &a = panel.days[i - 1], &b = panel.days[i];
          EXPECT_TRUE(std::pair(a.location, a.date) < std::pair(b.location, b.date));
        }
      });
  world().sum(std::span(owners));
  EXPECT_EQ(owners, (std::vector<std::int64_t>{1, 1, 1}));
}

TEST(SalesPanel, UnitsAndMoneyAreInMajorUnits) {
  PanelColumns names;
  names.controls = {"rain"};
  SalesPanel const panel = load_panel(world(), daily_table(world()), names, PanelOwner::location_item);
  for (std::size_t d = 0; d < panel.days.size(); ++d) {
    SalesDay const& day = panel.days[d];
    EXPECT_EQ(day.units, static_cast<double>(1500 + day.row) / 1000.0);
    if (day.row == 18) {
      EXPECT_TRUE(std::isnan(day.price));
    } else {
      EXPECT_EQ(day.price, 9.95);
    }
    EXPECT_EQ(panel.controls_of(d)[0], 0.5 * (day.date - 7300));
    EXPECT_TRUE(std::isnan(day.cost));
  }
}

TEST(SalesPanel, WrongColumnsAreRefused) {
  PanelColumns names;
  names.item = "dish";
  EXPECT_THROW(load_panel(world(), daily_table(world()), names, PanelOwner::item), DataError);
  names = {};
  names.date = "rain";
  EXPECT_THROW(load_panel(world(), daily_table(world()), names, PanelOwner::item), DataError);
  names = {};
  names.price = "location";
  EXPECT_THROW(load_panel(world(), daily_table(world()), names, PanelOwner::item), DataError);
}

}  // namespace
}  // namespace tidemill::drivers
