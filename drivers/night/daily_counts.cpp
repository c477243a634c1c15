#include "drivers/night/daily_counts.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "drivers/panel/row_columns.hpp"

namespace tidemill::drivers {
namespace {

struct ItemDay {
  std::int64_t item = 0, day = 0, count = 0;
};

/// This rank's pairs by item and day.
std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> count_mine(Interactions const& interactions,
                                                                         DailyCountParams const& params) {
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> counts;
  for (std::size_t i = 0; i < interactions.item.size(); ++i) {
    std::int64_t const time = interactions.time[i];
    std::int64_t const day = time >= 0 ? time / 86400 : -((86399 - time) / 86400);
    if (day <= params.last_day && day > params.last_day - params.days) ++counts[{interactions.item[i], day}];
  }
  return counts;
}

/// Counts of each item at the rank that keeps it.
std::map<std::int64_t, std::map<std::int64_t, std::int64_t>> bring_together(io::Comm const& comm,
                                                                            Interactions const& interactions,
                                                                            DailyCountParams const& params) {
  std::vector<std::vector<ItemDay>> outgoing(static_cast<std::size_t>(comm.size()));
  int owner = 0;
  for (auto const& [key, count] : count_mine(interactions, params)) {
    while (key.first >= io::even_share(interactions.items, owner, comm.size()).end()) ++owner;
    outgoing[static_cast<std::size_t>(owner)].push_back({key.first, key.second, count});
  }
  std::map<std::int64_t, std::map<std::int64_t, std::int64_t>> counts;
  for (auto const& part : comm.exchange(outgoing)) {
    for (ItemDay const& one : part) counts[one.item][one.day] += one.count;
  }
  return counts;
}

}  // namespace

io::Table daily_counts(io::Comm const& comm, Interactions const& interactions, DailyCountParams const& params) {
  std::vector<ItemDay> rows;
  for (auto const& [item, days] : bring_together(comm, interactions, params)) {
    std::int64_t total = 0;
    for (auto const& [day, count] : days) total += count;
    if (total < params.min_count) continue;
    for (std::int64_t day = days.begin()->first; day <= params.last_day; ++day) {
      auto const found = days.find(day);
      rows.push_back({item, day, found == days.end() ? 0 : found->second});
    }
  }
  RowColumns<ItemDay> columns(comm, rows);
  columns.text("item_key", "asset", [&](ItemDay const& row) { return interactions.item_ids.text(row.item); })
      .integer("business_date", io::ColumnType::date, "", "day", [](ItemDay const& row) { return row.day; })
      .integer("units", io::ColumnType::integer, "interactions", "on the day",
               [](ItemDay const& row) { return row.count; });
  return columns.take();
}

io::Table weekly_counts(io::Comm const& comm, io::Table const& daily, std::vector<std::string> const& items) {
  std::set<std::string> const wanted(items.begin(), items.end());
  io::Column const &item = daily.at("item_key"), &day = daily.at("business_date");
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (std::int64_t const one : day.integers) last = std::max(last, one);
  last = comm.max(last);
  // An item's days stand together on one rank.
  struct Week {
    std::string item;
    std::int64_t end = 0, count = 0, days = 0;
  };
  std::vector<Week> weeks;
  for (std::int64_t row = 0; row < daily.rows(); ++row) {
    if (wanted.count(item.text(row)) == 0) continue;
    std::int64_t const end = last - (last - day.integers[static_cast<std::size_t>(row)]) / 7 * 7;
    if (weeks.empty() || weeks.back().item != item.text(row) || weeks.back().end != end) {
      weeks.push_back({item.text(row), end, 0, 0});
    }
    weeks.back().count += daily.at("units").integers[static_cast<std::size_t>(row)];
    ++weeks.back().days;
  }
  std::erase_if(weeks, [](Week const& week) { return week.days < 7; });
  RowColumns<Week> columns(comm, weeks);
  columns.text("item_key", "asset", [](Week const& week) { return week.item; })
      .integer("week", io::ColumnType::date, "", "last day of it", [](Week const& week) { return week.end; })
      .integer("units", io::ColumnType::integer, "interactions", "in the week",
               [](Week const& week) { return week.count; });
  return columns.take();
}

}  // namespace tidemill::drivers
