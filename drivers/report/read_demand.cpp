#include <algorithm>
#include <cmath>
#include <map>

#include "drivers/report/read_parts.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers::report {
namespace {

constexpr std::int64_t days_drawn = 56;
constexpr std::size_t items_drawn = 9;

std::int64_t last_sold_day(NightTable const& days) {
  std::int64_t last = 0;
  for (std::int64_t row = 0; row < days.rows(); ++row) {
    if (std::isfinite(days.number("units", row))) last = std::max(last, days.whole("date", row));
  }
  return last;
}

void add_day(NightTable const& days, std::int64_t row, DemandPanel& panel) {
  std::int64_t const date = days.whole("date", row);
  double const units = days.number("units", row), tested = days.number("tested", row);
  double const forecast = days.number("forecast", row);
  if (std::isfinite(units)) panel.actual.push_back({date, units});
  if (std::isfinite(tested)) {
    panel.tested.push_back({date, tested, days.number("tested_lower", row), days.number("tested_upper", row)});
  }
  if (std::isfinite(forecast)) {
    panel.forecast.push_back({date, forecast, days.number("lower", row), days.number("upper", row)});
  }
}

void add_headline(NightTable const& days, std::int64_t row, std::int64_t last_sold, Headline& headline) {
  std::int64_t const date = days.whole("date", row);
  std::int64_t const net = days.whole("net", row), expected = days.whole("expected_net", row);
  if (date > last_sold && date <= last_sold + 7) headline.sales_next_week += expected;
  if (date <= last_sold && date > last_sold - 7) headline.sales_last_week += net;
  if (date <= last_sold - 7 && date > last_sold - 14) headline.sales_week_before += net;
}

double total_sold(DemandPanel const& panel) {
  double total = 0;
  for (DayValue const& day : panel.actual) total += day.value;
  return total;
}

}  // namespace

void read_demand(NightTable const& days, ReportData& data) {
  data.date = last_sold_day(days);
  std::map<std::string, DemandPanel> items;
  data.chain.name = "All locations and items together";
  for (std::int64_t row = 0; row < days.rows(); ++row) {
    bool const is_chain = days.text("item_key", row).empty();
    if (is_chain) add_headline(days, row, data.date, data.headline);
    if (days.whole("date", row) <= data.date - days_drawn) continue;
    DemandPanel& panel = is_chain ? data.chain : items[days.text("item_key", row)];
    if (!is_chain) panel.name = days.item_name("item_key", row);
    add_day(days, row, panel);
  }
  for (auto& [key, panel] : items) data.items.push_back(std::move(panel));
  std::stable_sort(data.items.begin(), data.items.end(),
                   [](auto const& a, auto const& b) { return total_sold(a) > total_sold(b); });
  data.items.resize(std::min(data.items.size(), items_drawn));
}

}  // namespace tidemill::drivers::report
