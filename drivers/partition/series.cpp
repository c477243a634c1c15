#include "drivers/partition/series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "drivers/partition/keys.hpp"
#include "drivers/partition/move_rows.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

void check_times(io::Table const& table, std::string const& time) {
  io::Column const& column = table.at(time);
  if (column.is_text() || column.is_real()) {
    throw ConfigError(fmt::format("time column '{}' is of type {}; expected a date, a time or an integer period", time,
                                  io::name_of(column.type)));
  }
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    if (column.is_missing(row)) {
      throw DataError(fmt::format("time column '{}' is missing in row {}; every row of a series needs its time", time,
                                  table.range.first + row));
    }
  }
}

/// The rank of each series: that of its middle row if all rows were cut evenly.
std::vector<int> ranks_of_series(Census const& census, int ranks) {
  std::int64_t total = 0;
  for (std::size_t s = 0; s < census.size(); ++s) total += census.count(s);
  std::vector<int> rank_of(census.size());
  std::int64_t before = 0;
  for (std::size_t s = 0; s < census.size(); ++s) {
    std::int64_t const middle = before + census.count(s) / 2;
    double const share = static_cast<double>(middle) / static_cast<double>(total);
    rank_of[s] = std::min(static_cast<int>(share * ranks), ranks - 1);
    before += census.count(s);
  }
  return rank_of;
}

}  // namespace

std::vector<std::int64_t> series_starts(io::Table const& table, std::vector<std::string> const& names) {
  Keys const keys(table, names);
  std::vector<std::int64_t> start;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    if (row == 0 || keys.less(row - 1, row) || keys.less(row, row - 1)) start.push_back(row);
  }
  start.push_back(table.rows());
  return start;
}

SeriesTable as_series(io::Comm const& comm, io::Table table, std::vector<std::string> const& names) {
  SeriesTable result;
  result.table = std::move(table);
  result.start = series_starts(result.table, names);
  result.first_series = comm.sum_before(result.series());
  result.total_series = comm.sum(result.series());
  return result;
}

SeriesTable partition_by_series(io::Comm const& comm, io::Table const& table, std::vector<std::string> const& names,
                                std::string const& time) {
  io::agree(comm, "group rows by series", [&] {
    Keys const checked(table, names);
    if (!time.empty()) check_times(table, time);
  });
  Keys const keys(table, names);
  std::vector<std::int64_t> const order = rows_by_key(table, keys);
  Census const census = count_keys(comm, keys, order);
  std::vector<int> const rank_of = ranks_of_series(census, comm.size());
  std::vector<int> destination(order.size());
  for_each_key(keys, order, census, [&](std::int64_t row, std::size_t number) {
    destination[static_cast<std::size_t>(row)] = rank_of[number];
  });
  io::Table const moved = move_rows(comm, table, destination);

  // Rows arrive in their old global order, so a stable sort keeps it within equal (series, time).
  Keys const moved_keys(moved, names);
  std::vector<std::int64_t> rows(static_cast<std::size_t>(moved.rows()));
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  io::Column const* const clock = time.empty() ? nullptr : &moved.at(time);
  std::stable_sort(rows.begin(), rows.end(), [&](std::int64_t a, std::int64_t b) {
    if (moved_keys.less(a, b)) return true;
    if (clock == nullptr || moved_keys.less(b, a)) return false;
    return clock->integers[static_cast<std::size_t>(a)] < clock->integers[static_cast<std::size_t>(b)];
  });
  io::Table sorted = take_rows(moved, rows);
  sorted.range = moved.range;
  return as_series(comm, std::move(sorted), names);
}

}  // namespace tidemill::drivers
