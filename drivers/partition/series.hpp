#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Rows grouped by series: one series per distinct tuple of the key columns, each whole on one rank.
///
///   rank 0 | series 0: t t t | series 1: t t |      rank 1 | series 2: t t t t |      parts concatenate to one order
struct SeriesTable {
  io::Table table;                     ///< rows by (series, time, row number before)
  std::vector<std::int64_t> start{0};  ///< local row where each of this rank's series begins; one more than series
  std::int64_t first_series = 0;       ///< number of this rank's first series among all
  std::int64_t total_series = 0;

  std::int64_t series() const { return static_cast<std::int64_t>(start.size()) - 1; }
};

/// Collective. Moves rows so that each series is whole on one rank. Series are in ascending order of their keys (text
/// by its dictionary, missing first), and every rank gets consecutive ones of about equal row counts, so that the rows
/// in global order are the same for any number of ranks; only the cuts differ. Rows of a series are sorted by `time`
/// (integer, date or time column; empty: no time) and then by their number before. A rank may get no rows.
/// Key columns of type real, or a missing time, throw (exit codes bad_config, bad_data).
SeriesTable partition_by_series(io::Comm const& comm, io::Table const& table, std::vector<std::string> const& keys,
                                std::string const& time);

/// Local. The starts of the series of a table that is already grouped: rows where any key column changes.
std::vector<std::int64_t> series_starts(io::Table const& table, std::vector<std::string> const& keys);

/// Collective. The same for a table that is already grouped, whole series per rank; moves nothing.
SeriesTable as_series(io::Comm const& comm, io::Table table, std::vector<std::string> const& keys);

}  // namespace tidemill::drivers
