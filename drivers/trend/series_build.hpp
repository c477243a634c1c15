#pragma once

#include <cstdint>
#include <vector>

#include "drivers/panel/sales_panel.hpp"
#include "drivers/trend/trend.hpp"

namespace tidemill::drivers {

/// A series on an even grid of dates, holes filled.
struct UnitSeries {
  std::int32_t location = -1;  ///< -1: all
  std::int32_t item = 0;
  std::int32_t first_day = 0;
  std::int64_t filled = 0;
  std::vector<double> units;
  std::vector<bool> is_known;
};

/// Local. The series of this rank's items (owner item) or location-items (owner location_item), in order.
std::vector<UnitSeries> build_series(SalesPanel const& panel, TrendParams const& params);

/// The points of the trend test: means over `week` observations, counted back from the newest, of known ones only.
/// A stretch without any is left out, and its position with it.
struct TrendPoints {
  std::vector<double> position, mean;
};
TrendPoints trend_points(UnitSeries const& series, int week);

/// abs(r_m) > 1.645 sqrt((1 + 2 sum_{i<m} r_i^2) / n) with r the autocorrelation; false below two seasons.
bool is_seasonal(std::vector<double> const& values, int season);

/// Benjamini & Hochberg 1995: the smallest false discovery rate at which each test is a discovery. NaN stays NaN and
/// is not counted as a test.
std::vector<double> discovery_rates(std::vector<double> const& p);

}  // namespace tidemill::drivers
