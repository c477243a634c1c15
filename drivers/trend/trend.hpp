#pragma once

#include <string>

#include "drivers/panel/sales_panel.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

struct TrendParams {
  PanelColumns columns;
  bool by_location = false;     ///< else one series per item over all locations
  int step = 1;                 ///< distance of two observations in the date column (7 for weekly data with dates)
  int season = 7;               ///< observations in a season
  int seasonal_window = 7;      ///< of STL, odd, in seasons
  bool robust = true;           ///< STL with outlier weights
  int week = 7;                 ///< observations averaged into one point for the trend test; 1: none
  double alpha = 0.05;          ///< false discovery rate over all series
  int max_observations = 1461;  ///< newest ones used
};

/// Collective. Trend and season per series (domain definition 8). Days without a row or closed take the mean of the
/// same weekday in the neighbouring weeks and are counted. Columns: location (missing: all), item, item_name, category,
/// observations, filled, first_day, last_day, mean_units (per observation), trend (rising, falling, steady, too_short),
/// slope_per_week (units per observation and week), slope_share (of the mean, per week), mann_kendall_s, z, p (Hamed &
/// Rao variance where observations are positively correlated), variance_factor, q (Benjamini-Hochberg), trend_strength,
/// season_strength, seasonal (1/0 by autocorrelation), peak (position in the season with the highest mean).
io::Table find_trends(io::Comm const& comm, io::Table const& daily, TrendParams const& params);

/// Collective. The parts of STL for plots: location, item, day, units, trend, season, rest; the same series.
io::Table decompose_series(io::Comm const& comm, io::Table const& daily, TrendParams const& params);

}  // namespace tidemill::drivers
