#pragma once

#include <string>

#include "drivers/report/asset_data.hpp"
#include "drivers/report/report_data.hpp"

namespace tidemill::drivers::report {

/// The whole report as one self-contained HTML file: style sheet and drawings inside, no script, nothing fetched.
std::string draw_page(ReportData const& data, AssetReport const& assets = {});

}  // namespace tidemill::drivers::report
