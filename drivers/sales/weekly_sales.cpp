#include <algorithm>
#include <cmath>

#include "drivers/sales/daily_columns.hpp"
#include "drivers/sales/daily_sales.hpp"

namespace tidemill::drivers {
namespace {

/// The Monday on or before a date (1970-01-01 was a Thursday).
std::int64_t monday_of(std::int64_t date) { return date - ((date + 3) % 7 + 7) % 7; }

}  // namespace

io::Table weekly_sales(io::Comm const& comm, io::Table const& daily) {
  DailyColumns week;
  auto const integers = [&](char const* name) -> auto const& { return daily.at(name).integers; };
  auto const codes = [&](char const* name) -> auto const& { return daily.at(name).codes; };
  for (std::size_t i = 0; i < static_cast<std::size_t>(daily.rows()); ++i) {
    std::int32_t const location = codes("location")[i];
    std::int32_t const item = codes("item_key")[i];
    std::int64_t const monday = monday_of(integers("business_date")[i]);
    bool const is_new =
        week.date.empty() || week.location.back() != location || week.item.back() != item || week.date.back() != monday;
    if (is_new) {
      week.location.push_back(location);
      week.item.push_back(item);
      week.name.push_back(codes("item_name")[i]);
      week.category.push_back(codes("category")[i]);
      week.date.push_back(monday);
      for (auto* sum : {&week.units, &week.gross, &week.discount, &week.net, &week.orders, &week.unit_price,
                        &week.unit_cost, &week.promotion, &week.is_open}) {
        sum->push_back(0);
      }
      week.depth.push_back(std::nan(""));
    }
    week.units.back() += integers("units")[i];
    week.gross.back() += integers("gross")[i];
    week.discount.back() += integers("discount")[i];
    week.net.back() += integers("net")[i];
    week.orders.back() += integers("orders")[i];
    week.unit_price.back() = integers("unit_price")[i];
    week.unit_cost.back() = integers("unit_cost")[i];
    week.promotion.back() = std::max(week.promotion.back(), integers("promotion")[i]);
    week.is_open.back() = std::max(week.is_open.back(), integers("is_open")[i]);
    if (week.gross.back() != 0) {
      week.depth.back() = static_cast<double>(week.discount.back()) / static_cast<double>(week.gross.back());
    }
  }
  return daily_table(comm, std::move(week),
                     {daily.at("location").dictionary, daily.at("item_key").dictionary,
                      daily.at("item_name").dictionary, daily.at("category").dictionary});
}

}  // namespace tidemill::drivers
