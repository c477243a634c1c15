#pragma once

#include <string>

#include "drivers/report/report_data.hpp"

namespace tidemill::drivers::report {

// One chapter of the report each, as HTML; everything that comes from data is escaped.
std::string headline_section(ReportData const& data);
std::string forecast_section(ReportData const& data);
std::string menu_section(ReportData const& data);
std::string price_section(ReportData const& data);
std::string promotion_section(ReportData const& data);
std::string trend_section(ReportData const& data);
std::string backtest_section(ReportData const& data);
std::string gate_section(ReportData const& data);   ///< empty when the night has none
std::string drift_section(ReportData const& data);  ///< empty when the night has none
std::string data_section(ReportData const& data);
std::string run_section(ReportData const& data);
std::string provenance_section(ReportData const& data);

}  // namespace tidemill::drivers::report
