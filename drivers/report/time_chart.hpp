#pragma once

#include <string>

#include "drivers/report/report_data.hpp"

namespace tidemill::drivers::report {

struct ChartSize {
  double width = 0;
  double height = 0;
};

/// Units per day: what was sold, what would have been forecast for the tested past days, and the forecast with its
/// interval. A vertical line stands where the past ends.
std::string draw_time_chart(DemandPanel const& panel, ChartSize size);

/// A small line without axes, for a table cell. `style`: class of the line.
std::string draw_sparkline(std::vector<double> const& values, std::string const& title, std::string const& style);

}  // namespace tidemill::drivers::report
