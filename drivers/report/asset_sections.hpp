#pragma once

#include <string>

#include "drivers/report/report_data.hpp"

namespace tidemill::drivers::report {

// The chapters on assets, as HTML; empty when the night has nothing for them.
std::string asset_headline_section(ReportData const& data);
std::string recommender_section(ReportData const& data);
std::string attention_section(ReportData const& data);
std::string example_section(ReportData const& data);
std::string asset_trend_section(ReportData const& data);
std::string picture_section(ReportData const& data);

/// What a recommender is called in texts.
std::string recommender_name(std::string const& model);

}  // namespace tidemill::drivers::report
