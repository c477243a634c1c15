#pragma once

#include "drivers/recommend/audience.hpp"
#include "drivers/recommend/recommender.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// A content model beside the model that makes the lists.
struct ContentRung {
  Recommender const& model;
  Audience const& audience;  ///< the same users, in the items of the content model (renumbered histories to begin with)
  int slots = 0;             ///< places of each list for items that no one was trained with
};

/// Collective. The pairs in terms of other items: same users here, pairs with items not among them left out.
Interactions with_items(io::Comm const& comm, Interactions const& pairs, EntityIds const& items);

/// Collective. Gives the last `slots` places of each list to the items that the content model ranks best among those
/// without training pairs in `trained`, for users with a history; fewer where it finds fewer (a score above 0). Lists
/// and `audience` then number the items of both models, by their outside ids as everywhere.
void add_cold_items(io::Comm const& comm, Interactions const& trained, ContentRung const& content, Audience& audience,
                    RankedLists& lists);

}  // namespace tidemill::drivers
