#include "drivers/night/item_days.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace tidemill::drivers {
namespace {

constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();
constexpr double micro = 1e6;  ///< forecasts are added up in millionths of a unit
constexpr std::size_t fewest_errors = 10;
using Sums = std::vector<std::int64_t>;

double unknown() { return std::numeric_limits<double>::quiet_NaN(); }

/// The items of a table in the numbering of the daily table's dictionary (-1: not in it).
class ItemNumbers {
 public:
  explicit ItemNumbers(io::Column const& daily_items) {
    for (std::size_t i = 0; i < daily_items.dictionary.size(); ++i) {
      numbers_[daily_items.dictionary[i]] = static_cast<std::int64_t>(i);
    }
  }
  std::vector<std::int64_t> of(io::Column const& items) const {
    std::vector<std::int64_t> codes(items.dictionary.size());
    for (std::size_t c = 0; c < codes.size(); ++c) {
      auto const found = numbers_.find(items.dictionary[c]);
      codes[c] = found == numbers_.end() ? -1 : found->second;
    }
    std::vector<std::int64_t> rows;
    for (std::int32_t const code : items.codes) rows.push_back(code < 0 ? -1 : codes[static_cast<std::size_t>(code)]);
    return rows;
  }

 private:
  std::map<std::string, std::int64_t> numbers_;
};

io::Column const& date_column(io::Table const& table) { return table.at(table.has("date") ? "date" : "business_date"); }

/// The days shown and the groups: 0 is the chain, then the best-selling items by key.
struct Grid {
  std::int64_t first_day = 0, last_sold = 0, end_day = 0;
  std::vector<std::int64_t> group_of_item;  ///< by item number; -1: not shown on its own
  std::vector<std::int64_t> item_of_group;  ///< of groups 1, 2, ...
  std::int64_t days() const { return end_day - first_day; }
  std::size_t groups() const { return item_of_group.size() + 1; }
  Sums zeros() const { return Sums(groups() * static_cast<std::size_t>(days()), 0); }
  bool shows(std::int64_t date) const { return date >= first_day && date < end_day; }
  std::size_t cell(std::size_t group, std::int64_t date) const {
    return group * static_cast<std::size_t>(days()) + static_cast<std::size_t>(date - first_day);
  }
  /// Adds to the chain and, where it is shown, to the item.
  void add(Sums& sums, std::int64_t item, std::int64_t date, std::int64_t value) const {
    sums[cell(0, date)] += value;
    std::int64_t const group = item < 0 ? -1 : group_of_item[static_cast<std::size_t>(item)];
    if (group > 0) sums[cell(static_cast<std::size_t>(group), date)] += value;
  }
};

/// Units (thousandths) and net (cents) per item over the newest days.
struct RecentSales {
  Sums units, net;
};

RecentSales recent_sales(io::Comm const& comm, io::Table const& daily, std::int64_t from) {
  io::Column const& items = daily.at("item_key");
  RecentSales recent{Sums(items.dictionary.size(), 0), Sums(items.dictionary.size(), 0)};
  auto const& dates = daily.at("business_date").integers;
  for (std::size_t row = 0; row < dates.size(); ++row) {
    if (dates[row] < from || items.codes[row] < 0) continue;
    recent.units[static_cast<std::size_t>(items.codes[row])] += daily.at("units").integers[row];
    recent.net[static_cast<std::size_t>(items.codes[row])] += daily.at("net").integers[row];
  }
  comm.sum(std::span(recent.units));
  comm.sum(std::span(recent.net));
  return recent;
}

std::int64_t largest_date(io::Comm const& comm, io::Column const& dates) {
  std::int64_t newest = none;
  for (std::int64_t const date : dates.integers) newest = std::max(newest, date);
  return comm.max(newest);
}

/// By item key, not by units: the published order must not jump from night to night.
void choose_items(Grid& grid, Sums const& units, std::int64_t count) {
  std::vector<std::int64_t> order(units.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return units[static_cast<std::size_t>(a)] > units[static_cast<std::size_t>(b)];
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  std::sort(order.begin(), order.end());
  grid.item_of_group = order;
  grid.group_of_item.assign(units.size(), -1);
  for (std::size_t g = 0; g < order.size(); ++g) {
    grid.group_of_item[static_cast<std::size_t>(order[g])] = static_cast<std::int64_t>(g) + 1;
  }
}

struct Sold {
  Sums units, net;
};

Sold sold_per_day(io::Comm const& comm, io::Table const& daily, Grid const& grid) {
  Sold sold{grid.zeros(), grid.zeros()};
  auto const& dates = daily.at("business_date").integers;
  auto const& items = daily.at("item_key").codes;
  auto const& units = daily.at("units").integers;
  auto const& net = daily.at("net").integers;
  for (std::size_t row = 0; row < dates.size(); ++row) {
    if (!grid.shows(dates[row])) continue;
    grid.add(sold.units, items[row], dates[row], units[row]);
    grid.add(sold.net, items[row], dates[row], net[row]);
  }
  comm.sum(std::span(sold.units));
  comm.sum(std::span(sold.net));
  return sold;
}

std::int64_t fixed(double units) { return std::isfinite(units) ? std::llround(units * micro) : 0; }

struct Expected {
  Sums units, net, rows;
};

Expected expected_per_day(io::Comm const& comm, io::Table const& forecasts, Grid const& grid,
                          ItemNumbers const& numbers, RecentSales const& recent) {
  Expected expected{grid.zeros(), grid.zeros(), grid.zeros()};
  std::vector<std::int64_t> const items = numbers.of(forecasts.at("item_key"));
  auto const& dates = date_column(forecasts).integers;
  auto const& values = forecasts.at("forecast").reals;
  for (std::size_t row = 0; row < dates.size(); ++row) {
    if (!grid.shows(dates[row])) continue;
    grid.add(expected.units, items[row], dates[row], fixed(values[row]));
    grid.add(expected.rows, items[row], dates[row], 1);
    auto const item = static_cast<std::size_t>(items[row]);
    if (items[row] < 0 || recent.units[item] <= 0 || !std::isfinite(values[row])) continue;
    double const cents = 1000.0 * static_cast<double>(recent.net[item]) / static_cast<double>(recent.units[item]);
    grid.add(expected.net, items[row], dates[row], std::llround(values[row] * cents));
  }
  for (Sums* sums : {&expected.units, &expected.net, &expected.rows}) comm.sum(std::span(*sums));
  return expected;
}

struct Tested {
  Sums forecast, actual, rows;
};

/// Of each day the newest origin's forecasts.
Tested tested_per_day(io::Comm const& comm, io::Table const& table, Grid const& grid, ItemNumbers const& numbers,
                      std::string const& model) {
  Tested tested{grid.zeros(), grid.zeros(), grid.zeros()};
  if (table.range.total == 0) return tested;
  io::Column const& dates = date_column(table);
  io::Column const& models = table.at("model");
  io::Column const& origins = table.at("origin");
  Sums newest(static_cast<std::size_t>(grid.days()), none);
  auto const is_shown = [&](std::int64_t row) {
    return grid.shows(dates.integers[static_cast<std::size_t>(row)]) && models.text(row) == model;
  };
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    if (!is_shown(row)) continue;
    auto const r = static_cast<std::size_t>(row);
    std::int64_t& origin = newest[static_cast<std::size_t>(dates.integers[r] - grid.first_day)];
    origin = std::max(origin, origins.integers[r]);
  }
  comm.max(std::span(newest));
  std::vector<std::int64_t> const items = numbers.of(table.at("item_key"));
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    auto const r = static_cast<std::size_t>(row);
    if (!is_shown(row)) continue;
    std::int64_t const date = dates.integers[r];
    if (origins.integers[r] != newest[static_cast<std::size_t>(date - grid.first_day)]) continue;
    grid.add(tested.forecast, items[r], date, fixed(table.at("forecast").reals[r]));
    grid.add(tested.actual, items[r], date, fixed(table.at("actual").number(row)));
    grid.add(tested.rows, items[r], date, 1);
  }
  for (Sums* sums : {&tested.forecast, &tested.actual, &tested.rows}) comm.sum(std::span(*sums));
  return tested;
}

/// The share by which the true total may differ: the smallest error that at least `level` of (n + 1) days stay within.
double relative_width(Tested const& tested, Grid const& grid, std::size_t group, double level) {
  std::vector<double> errors;
  for (std::int64_t date = grid.first_day; date < grid.end_day; ++date) {
    std::size_t const cell = grid.cell(group, date);
    if (tested.rows[cell] == 0 || tested.forecast[cell] <= 0) continue;
    errors.push_back(std::abs(static_cast<double>(tested.actual[cell] - tested.forecast[cell])) /
                     static_cast<double>(tested.forecast[cell]));
  }
  if (errors.size() < fewest_errors) return unknown();
  std::sort(errors.begin(), errors.end());
  auto const rank = static_cast<std::size_t>(std::ceil(level * static_cast<double>(errors.size() + 1)));
  return errors[std::clamp<std::size_t>(rank, 1, errors.size()) - 1];
}

/// The whole result on every rank; a rank keeps its share of the rows.
struct Rows {
  std::vector<std::string> key, name;
  std::vector<std::int64_t> date, net, expected_net;
  std::vector<double> units, tested, tested_lower, tested_upper, forecast, lower, upper;
};

std::vector<std::string> names_by_item(io::Comm const& comm, io::Table const& daily) {
  io::Column const& keys = daily.at("item_key");
  std::vector<std::string> names = keys.dictionary;
  if (!daily.has("item_name")) return names;
  io::Column const& named = daily.at("item_name");
  // Of several names of one item the one with the largest code, on whichever rank it stands.
  std::vector<std::int32_t> code(names.size(), io::missing_code);
  for (std::size_t row = 0; row < keys.codes.size(); ++row) {
    if (keys.codes[row] < 0) continue;
    std::int32_t& best = code[static_cast<std::size_t>(keys.codes[row])];
    best = std::max(best, named.codes[row]);
  }
  comm.max(std::span(code));
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (code[i] >= 0) names[i] = named.dictionary[static_cast<std::size_t>(code[i])];
  }
  return names;
}

void append_bounds(std::vector<double>& value, std::vector<double>& lower, std::vector<double>& upper, bool is_known,
                   std::int64_t total, double width) {
  double const middle = is_known ? static_cast<double>(total) / micro : unknown();
  value.push_back(middle);
  lower.push_back(std::isfinite(width) ? std::max(0.0, middle * (1 - width)) : unknown());
  upper.push_back(std::isfinite(width) ? middle * (1 + width) : unknown());
}

io::Table table_of(io::Comm const& comm, Rows const& all) {
  io::Table table;
  table.range = io::even_share(static_cast<std::int64_t>(all.date.size()), comm.rank(), comm.size());
  auto const mine = [&](auto const& values) {
    return std::remove_cvref_t<decltype(values)>(values.begin() + table.range.first,
                                                 values.begin() + table.range.end());
  };
  table.add(io::text_column(comm, "item_key", mine(all.key), "item; missing: the whole chain"));
  table.add(io::text_column(comm, "item_name", mine(all.name), "name of the item"));
  table.add(io::integer_column("date", mine(all.date), io::ColumnType::date, "", "business date"));
  table.add(io::real_column("units", mine(all.units), "units", "sold; missing for days to come"));
  table.add(io::integer_column("net", mine(all.net), io::ColumnType::cents, "minor units of money",
                               "net sales; missing for days to come"));
  table.add(io::real_column("tested", mine(all.tested), "units", "forecast the back-test would have given"));
  table.add(io::real_column("tested_lower", mine(all.tested_lower), "units", "lower bound of tested"));
  table.add(io::real_column("tested_upper", mine(all.tested_upper), "units", "upper bound of tested"));
  table.add(io::real_column("forecast", mine(all.forecast), "units", "expected units; missing for past days"));
  table.add(io::real_column("lower", mine(all.lower), "units", "lower bound of the forecast"));
  table.add(io::real_column("upper", mine(all.upper), "units", "upper bound of the forecast"));
  table.add(io::integer_column("expected_net", mine(all.expected_net), io::ColumnType::cents, "minor units of money",
                               "forecast at the net per unit of the newest weeks"));
  return table;
}

}  // namespace

io::Table item_days(io::Comm const& comm, io::Table const& daily, io::Table const& forecasts, io::Table const& tested,
                    ItemDaysParams const& params) {
  Rows rows;
  Grid grid;
  grid.last_sold = largest_date(comm, daily.at("business_date"));
  if (grid.last_sold == none) return table_of(comm, rows);
  grid.first_day = grid.last_sold - params.past_days + 1;
  grid.end_day = std::max(grid.last_sold, largest_date(comm, date_column(forecasts))) + 1;
  RecentSales const recent = recent_sales(comm, daily, grid.last_sold - params.price_days + 1);
  choose_items(grid, recent.units, params.items);
  ItemNumbers const numbers(daily.at("item_key"));
  Sold const sold = sold_per_day(comm, daily, grid);
  Expected const expected = expected_per_day(comm, forecasts, grid, numbers, recent);
  Tested const past = tested_per_day(comm, tested, grid, numbers, params.model);
  std::vector<std::string> const names = names_by_item(comm, daily);
  for (std::size_t group = 0; group < grid.groups(); ++group) {
    double const width = relative_width(past, grid, group, params.interval);
    auto const item = group == 0 ? 0 : static_cast<std::size_t>(grid.item_of_group[group - 1]);
    for (std::int64_t date = grid.first_day; date < grid.end_day; ++date) {
      std::size_t const cell = grid.cell(group, date);
      bool const is_past = date <= grid.last_sold;
      rows.key.push_back(group == 0 ? "" : daily.at("item_key").dictionary[item]);
      rows.name.push_back(group == 0 ? "" : names[item]);
      rows.date.push_back(date);
      rows.units.push_back(is_past ? static_cast<double>(sold.units[cell]) / 1000 : unknown());
      rows.net.push_back(is_past ? sold.net[cell] : io::missing_integer);
      rows.expected_net.push_back(is_past ? io::missing_integer : expected.net[cell]);
      append_bounds(rows.tested, rows.tested_lower, rows.tested_upper, past.rows[cell] > 0, past.forecast[cell], width);
      append_bounds(rows.forecast, rows.lower, rows.upper, expected.rows[cell] > 0, expected.units[cell], width);
    }
  }
  return table_of(comm, rows);
}

}  // namespace tidemill::drivers
