#pragma once

#include "drivers/interactions/interactions.hpp"
#include "drivers/recommend/recommender.hpp"

namespace tidemill::drivers {

/// Lists of the users of `histories` as interactions: items ascending, time = place in the list from 0.
Interactions as_interactions(Interactions const& histories, RankedLists const& lists);

/// One user per item of `interactions` who has had that item alone: what a model lists for them are the assets like it.
/// Items are spread evenly over the ranks; the users' ids are the items'. Items that no one has had have no pair.
Interactions item_probes(io::Comm const& comm, Interactions const& interactions);

}  // namespace tidemill::drivers
