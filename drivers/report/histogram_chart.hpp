#pragma once

#include <string>

#include "drivers/report/asset_data.hpp"
#include "drivers/report/time_chart.hpp"

namespace tidemill::drivers::report {

/// Upright bars side by side, one per class; the first and last edges are written below.
std::string draw_histogram(Histogram const& histogram, ChartSize size);

}  // namespace tidemill::drivers::report
