#include "drivers/gate/judged_forecasts.hpp"

#include <algorithm>
#include <tuple>

#include "drivers/gate/paired_metrics.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {
namespace {

struct JudgedRow {
  std::uint64_t unit;
  std::int64_t time, lead;
  double actual, forecast;

  std::pair<std::uint64_t, std::int64_t> day() const { return {unit, time}; }
  bool operator<(JudgedRow const& other) const {
    return std::tie(unit, time, lead, forecast) < std::tie(other.unit, other.time, other.lead, other.forecast);
  }
};

/// The rows whose units belong to this rank, in ascending order.
std::vector<JudgedRow> rows_of_my_units(io::Comm const& comm, JudgedForecasts const& judged) {
  std::vector<std::vector<JudgedRow>> outgoing(static_cast<std::size_t>(comm.size()));
  for (std::size_t i = 0; i < judged.size(); ++i) {
    outgoing[judged.unit[i] % outgoing.size()].push_back(
        {judged.unit[i], judged.time[i], judged.lead[i], judged.actual[i], judged.forecast[i]});
  }
  std::vector<JudgedRow> mine;
  for (auto const& part : comm.exchange(outgoing)) mine.insert(mine.end(), part.begin(), part.end());
  std::sort(mine.begin(), mine.end());
  return mine;
}

}  // namespace

void save_judged(io::Comm const& comm, io::Hdf5File& file, JudgedForecasts const& judged) {
  io::Table table;
  table.range = io::range_of_part(comm, static_cast<std::int64_t>(judged.size()));
  std::vector<std::int64_t> const units(judged.unit.begin(), judged.unit.end());
  table.add(io::integer_column("unit", units, io::ColumnType::integer, "", "hash of the series' key"));
  table.add(io::integer_column("time", judged.time, io::ColumnType::date, "", "day that was forecast"));
  table.add(io::integer_column("lead", judged.lead, io::ColumnType::integer, "days", "age of the newest data used"));
  table.add(io::real_column("actual", judged.actual, "units", "what came"));
  table.add(io::real_column("forecast", judged.forecast, "units", "what was forecast"));
  io::write_table(file, "judged", table);
}

JudgedForecasts load_judged(io::Comm const& comm, io::Hdf5File& file) {
  io::Table const table = io::read_table_group(comm, file, "judged");
  JudgedForecasts judged;
  std::vector<std::int64_t> const& units = table.at("unit").integers;
  judged.unit.assign(units.begin(), units.end());
  judged.time = table.at("time").integers;
  judged.lead = table.at("lead").integers;
  judged.actual = table.at("actual").reals;
  judged.forecast = table.at("forecast").reals;
  return judged;
}

PairedForecasts pair_forecasts(io::Comm const& comm, JudgedForecasts const& champion,
                               JudgedForecasts const& challenger) {
  std::vector<JudgedRow> const old_rows = rows_of_my_units(comm, champion);
  PairedForecasts pairs;
  for (JudgedRow const& row : rows_of_my_units(comm, challenger)) {
    auto const after =
        std::upper_bound(old_rows.begin(), old_rows.end(), row, [](JudgedRow const& a, JudgedRow const& b) {
          return std::tie(a.unit, a.time, a.lead) < std::tie(b.unit, b.time, b.lead);
        });
    if (after == old_rows.begin() || std::prev(after)->day() != row.day()) continue;
    pairs.unit.push_back(row.unit);
    pairs.actual.push_back(row.actual);
    pairs.champion.push_back(std::prev(after)->forecast);
    pairs.challenger.push_back(row.forecast);
  }
  return pairs;
}

PairedRows paired_rows(PairedForecasts const& rows, std::vector<std::string> const& metrics) {
  PairedRows result{rows.unit, {}};
  for (std::string const& name : metrics) {
    result.metrics.push_back(paired_metric(name, {rows.actual, rows.champion, rows.challenger}));
  }
  return result;
}

}  // namespace tidemill::drivers
