#pragma once

#include <string>

#include "drivers/report/report_data.hpp"

namespace tidemill::drivers::report {

/// The whole report as one self-contained HTML file: style sheet and drawings inside, no script, nothing fetched.
std::string draw_page(ReportData const& data);

}  // namespace tidemill::drivers::report
