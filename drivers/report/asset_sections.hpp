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
std::string text_section(AssetReport const& assets);
std::string picture_section(AssetReport const& assets);

/// Parts of the chapter on recommenders: what the gate said, and models that began at an earlier night's beside those
/// from scratch. Empty when there is nothing to tell.
std::string recommender_gate_part(RecommenderVerdict const& verdict);
std::string warm_start_part(AssetReport const& assets);
/// Who got lists, what filled the places, and what became of likes and blocks.
std::string audience_part(AudienceOverview const& audience);

/// What a recommender is called in texts.
std::string recommender_name(std::string const& model);

}  // namespace tidemill::drivers::report
