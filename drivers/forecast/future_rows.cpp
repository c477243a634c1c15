#include "drivers/forecast/future_rows.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "drivers/partition/move_rows.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// The keys and the time of a row as one text, which is the same whatever dictionary a table has.
std::string row_name(io::Table const& table, FeatureParams const& params, std::int64_t row) {
  std::string name;
  for (std::string const& key : params.series) {
    io::Column const& column = table.at(key);
    name += column.is_text() ? column.text(row) : std::to_string(column.integers[static_cast<std::size_t>(row)]);
    name += '\n';
  }
  return name + std::to_string(table.at(params.time).integers[static_cast<std::size_t>(row)]);
}

std::vector<std::string> planned_columns(FeatureParams const& params, io::Table const& plan) {
  std::vector<std::string> names{params.price, params.list_price};
  names.insert(names.end(), params.promotions.begin(), params.promotions.end());
  names.insert(names.end(), params.known.begin(), params.known.end());
  std::erase_if(names, [&](std::string const& name) { return name.empty() || !plan.has(name); });
  return names;
}

/// The plan of all ranks: row name -> one number per planned column.
class Plan {
 public:
  Plan(io::Comm const& comm, FeatureParams const& params, io::Table const& plan)
      : columns_(planned_columns(params, plan)) {
    std::string names;
    std::vector<double> numbers;
    io::agree(comm, "read the plan", [&] {
      for (std::int64_t row = 0; row < plan.rows(); ++row) {
        names += row_name(plan, params, row) + '\0';
        for (std::string const& column : columns_) numbers.push_back(plan.at(column).number(row));
      }
    });
    std::vector<char> const all_names = comm.gather_all(std::span<char const>(names));
    numbers_ = comm.gather_all(std::span<double const>(numbers));
    std::size_t row = 0;
    for (auto at = all_names.begin(); at != all_names.end(); ++row) {
      auto const end = std::find(at, all_names.end(), '\0');
      row_of_[std::string(at, end)] = row;
      at = end + 1;
    }
  }
  void apply(io::Table& table, FeatureParams const& params, std::int64_t row) const {
    auto const found = row_of_.find(row_name(table, params, row));
    if (found == row_of_.end()) return;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      double const value = numbers_[found->second * columns_.size() + c];
      if (std::isnan(value)) continue;
      io::Column& column = table.at(columns_[c]);
      if (column.is_real()) {
        column.reals[static_cast<std::size_t>(row)] = value;
      } else {
        column.integers[static_cast<std::size_t>(row)] = static_cast<std::int64_t>(value);
      }
    }
  }

 private:
  std::vector<std::string> columns_;
  std::vector<double> numbers_;
  std::map<std::string, std::size_t> row_of_;
};

void make_missing(io::Column& column, std::size_t row) {
  if (column.is_text()) {
    column.codes[row] = io::missing_code;
  } else if (column.is_real()) {
    column.reals[row] = std::nan("");
  } else {
    column.integers[row] = io::missing_integer;
  }
}

bool contains(std::vector<std::string> const& names, std::string const& name) {
  return std::ranges::find(names, name) != names.end();
}

/// Columns whose newest value is the best guess for the days to come.
bool carries_on(FeatureParams const& params, io::Column const& column) {
  return column.is_text() || column.name == params.price || column.name == params.list_price ||
         contains(params.series, column.name) || contains(params.statics, column.name) ||
         contains(params.known, column.name);
}

void set_number(io::Column& column, std::size_t row, std::int64_t value) {
  if (column.is_real()) {
    column.reals[row] = static_cast<double>(value);
  } else {
    column.integers[row] = value;
  }
}

/// Rows begin .. end-1 are one series, the rows from `future` on are to come.
void guess_closed_days(io::Table& table, FeatureParams const& params, std::int64_t begin, std::int64_t future,
                       std::int64_t end) {
  io::Column& open = table.at(params.open);
  std::vector<std::int64_t> const& time = table.at(params.time).integers;
  auto const past_end = time.begin() + future;
  for (std::int64_t row = future; row < end; ++row) {
    int seen = 0;
    int closed = 0;
    for (std::int64_t when = time[static_cast<std::size_t>(row)] - params.season;
         seen < 4 && when >= time[static_cast<std::size_t>(begin)]; when -= params.season) {
      auto const found = std::lower_bound(time.begin() + begin, past_end, when);
      if (found == past_end || *found != when) continue;
      ++seen;
      if (open.number(found - time.begin()) == 0) ++closed;
    }
    set_number(open, static_cast<std::size_t>(row), seen > 0 && closed == seen ? 0 : 1);
  }
}

}  // namespace

ExtendedTable add_future_rows(io::Comm const& comm, SeriesTable const& past, ForecastParams const& params,
                              io::Table const* plan) {
  FeatureParams const& names = params.features;
  std::vector<std::int64_t> const& time = past.table.at(names.time).integers;
  ExtendedTable result;
  result.last_time = io::missing_integer;
  for (std::int64_t const t : time) result.last_time = std::max(result.last_time, t);
  result.last_time = comm.max(result.last_time);

  std::vector<std::int64_t> chosen;
  for (std::size_t s = 0; s + 1 < past.start.size(); ++s) {
    for (std::int64_t row = past.start[s]; row < past.start[s + 1]; ++row) chosen.push_back(row);
    std::int64_t const newest = past.start[s + 1] - 1;
    result.is_future.resize(chosen.size(), 0);
    if (result.last_time - time[static_cast<std::size_t>(newest)] > params.live_steps) continue;
    chosen.insert(chosen.end(), static_cast<std::size_t>(params.horizon), newest);
    result.is_future.resize(chosen.size(), 1);
  }
  io::Table table = take_rows(past.table, chosen);
  table.range = io::range_of_part(comm, table.range.count);

  for (io::Column& column : table.columns) {
    for (std::size_t row = 0; row < chosen.size(); ++row) {
      if (result.is_future[row] == 0) continue;
      if (column.name == names.time) {
        bool const follows = row > 0 && result.is_future[row - 1] != 0 && chosen[row - 1] == chosen[row];
        column.integers[row] = follows ? column.integers[row - 1] + 1 : result.last_time + 1;
      } else if (contains(names.promotions, column.name)) {
        set_number(column, row, 0);
      } else if (!carries_on(names, column)) {
        make_missing(column, row);
      }
    }
  }
  result.rows = as_series(comm, std::move(table), names.series);
  io::Table& rows = result.rows.table;
  if (!names.open.empty() && rows.has(names.open)) {
    for (std::size_t s = 0; s + 1 < result.rows.start.size(); ++s) {
      std::int64_t const end = result.rows.start[s + 1];
      std::int64_t const future = result.is_future[static_cast<std::size_t>(end - 1)] != 0 ? end - params.horizon : end;
      guess_closed_days(rows, names, result.rows.start[s], future, end);
    }
  }
  if (plan == nullptr) return result;
  Plan const planned(comm, names, *plan);
  for (std::size_t row = 0; row < chosen.size(); ++row) {
    if (result.is_future[row] != 0) planned.apply(rows, names, static_cast<std::int64_t>(row));
  }
  return result;
}

}  // namespace tidemill::drivers
