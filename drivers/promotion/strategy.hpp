#pragma once

#include <cmath>
#include <limits>
#include <string>

#include "drivers/promotion/promotion.hpp"

namespace tidemill::drivers {

/// What is known of an item when its strategy is chosen. Unknown numbers are NaN, unknown texts empty.
struct ItemEvidence {
  std::string item, item_name, category;
  std::string menu_class;
  bool is_identified = false;
  double elasticity = std::numeric_limits<double>::quiet_NaN();
  std::int64_t promotions = 0;  ///< windows measured
  double mean_roi = std::numeric_limits<double>::quiet_NaN();
  double mean_incremental_margin = std::numeric_limits<double>::quiet_NaN();
  std::string trend;
  double season_strength = std::numeric_limits<double>::quiet_NaN();
  std::string complement;  ///< the item most often bought with it

  /// Past promotions lost money.
  bool promotions_lost(double min_roi) const {
    return promotions > 0 && (std::isnan(mean_roi) ? mean_incremental_margin < 0 : mean_roi < min_roi);
  }
};

struct Strategy {
  std::string name, reason;
};

/// The first rule that fits, from the strongest evidence to the weakest.
Strategy choose_strategy(ItemEvidence const& evidence, StrategyParams const& params);

}  // namespace tidemill::drivers
