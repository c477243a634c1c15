#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// What was forecast and what came, for one model: one element per (row, origin).
struct JudgedRows {
  std::string model;
  std::vector<std::int64_t> row;     ///< local row of the series table
  std::vector<std::int64_t> series;  ///< local series
  std::vector<std::int64_t> origin;  ///< number of the origin, from 0
  std::vector<std::int64_t> horizon;
  std::vector<double> actual, forecast, lower, upper;

  std::size_t size() const { return row.size(); }
  void add(JudgedRows const& from, std::size_t i);
};

/// Scales of a series' errors at an origin, from its values up to then.
struct SeriesScale {
  double mase = 0, rmsse = 0;  ///< NaN when the past is too short or constant
  double weight = 0;           ///< sum of units
};

/// Collective. One row per model and horizon (0: all), on root: see BacktestResult::metrics. `scales` are per
/// origin and local series.
io::Table judge(io::Comm const& comm, std::vector<JudgedRows> const& models,
                std::vector<std::vector<SeriesScale>> const& scales, std::int64_t horizon, double interval);

}  // namespace tidemill::drivers
