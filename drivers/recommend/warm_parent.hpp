#pragma once

#include <string>

#include "drivers/interactions/entity_ids.hpp"
#include "drivers/recommend/recommender.hpp"

namespace tidemill::drivers {

/// A trained model to begin at.
struct WarmParent {
  Recommender const& model;
  EntityIds const& items;  ///< that it numbers
  std::string version;
};

}  // namespace tidemill::drivers
