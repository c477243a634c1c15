#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// What `tidemill generate` wrote beside a demo chain: truth.json and truth_forecast.csv.
struct DemoTruth {
  std::string json;
  std::string forecast_csv;
};

/// A night's result tables, whole, on this rank. A null table was not found.
struct NightTables {
  io::Table const* elasticities = nullptr;  ///< item, elasticity, elasticity_error, status
  io::Table const* menu = nullptr;          ///< level, item, class
  io::Table const* trends = nullptr;        ///< location (missing: all), item, trend
  io::Table const* promotions = nullptr;    ///< location, item, first_day, units, baseline_units, incremental_margin
  io::Table const* forecasts = nullptr;     ///< location, item or item_key, date or business_date, forecast
};

/// How well a night found what was built into its data. Errors are NaN when there was nothing to compare.
struct Recovery {
  std::int64_t tested_items = 0;    ///< items whose prices were tested: an elasticity should be found ...
  std::int64_t identified = 0;      ///< ... and was
  std::int64_t untested_items = 0;  ///< items whose prices say nothing: NOT_IDENTIFIED is the right answer ...
  std::int64_t withheld = 0;        ///< ... and was given
  double elasticity_error = NAN;    ///< median of abs(found - true) over identified tested items
  double elasticity_correlation = NAN;
  double elasticity_coverage = NAN;             ///< share of them with the truth inside found +- 1.645 standard errors
  std::int64_t classes = 0, classes_right = 0;  ///< of the chain's menu matrix, NEW and so on included
  std::int64_t trends = 0, trends_right = 0;
  std::int64_t promotions = 0, promotions_found = 0;  ///< windows: (location, item, first day)
  double uplift_error = NAN;  ///< median of abs(found - true) over the windows found; uplift 0.5 is + 50 %
  double uplift_true_mean = NAN;
  double uplift_found_mean = NAN;
  double margin_true = NAN;    ///< incremental margin, sum over the windows found where both know it
  double margin_found = NAN;   ///< in the major unit of money, like margin_true
  double margin_sign = NAN;    ///< share of those windows that gained or lost in both
  std::int64_t forecasts = 0;  ///< (location, item, day) with a forecast and a true expectation
  double forecast_wape = NAN;  ///< against the expected units without noise
  double forecast_bias = NAN;
};

/// Throws DataError when the truth or a table has not the form described.
Recovery measure_recovery(DemoTruth const& truth, NightTables const& night);

/// For people, a line per subject; and as one JSON object.
std::string recovery_text(Recovery const& recovery);
std::string recovery_json(Recovery const& recovery);

}  // namespace tidemill::drivers
