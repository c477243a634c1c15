#include "drivers/night/daily_counts.hpp"

#include <algorithm>
#include <map>

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

}  // namespace tidemill::drivers
