#pragma once

#include <string>
#include <vector>

#include "drivers/report/asset_data.hpp"
#include "drivers/report/time_chart.hpp"

namespace tidemill::drivers::report {

/// Curves of concentration, share of attention against share of assets, and the diagonal where all assets have equally
/// much. The first curve is drawn in ink, the second in blue.
std::string draw_share_chart(std::vector<ShareCurve> const& curves, ChartSize size);

}  // namespace tidemill::drivers::report
