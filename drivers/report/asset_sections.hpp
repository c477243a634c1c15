#pragma once

#include <string>

#include "drivers/report/asset_data.hpp"

namespace tidemill::drivers::report {

// The chapters on assets, as HTML; empty when the night has nothing for them.
std::string asset_headline_section(AssetReport const& assets);
std::string recommender_section(AssetReport const& assets);
std::string attention_section(AssetReport const& assets);
std::string example_section(AssetReport const& assets);
std::string asset_trend_section(AssetReport const& assets);
std::string picture_section(AssetReport const& assets);

/// What a recommender is called in texts.
std::string recommender_name(std::string const& model);

}  // namespace tidemill::drivers::report
