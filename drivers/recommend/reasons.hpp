#pragma once

#include <cstdint>
#include <vector>

#include "drivers/recommend/recommender.hpp"

namespace tidemill::drivers {

/// Not collective. For every place of `lists` the item of the user's history that speaks most for the listed one: the
/// largest w_h (score of the listed item for someone with item h alone - the same for someone without history), with
/// w_h from Recommender::history_weights; equal ones: the smaller item. -1 where none is above 0 (the list is the same
/// for everyone), on empty places and on rungs of popularity. For models that add over the history (item-kNN,
/// transitions, content, EASE) this is the share in the score itself; for factor models, whose users are folded in,
/// the similarity of the two items.
std::vector<std::int32_t> reasons_of(Recommender const& model, Interactions const& histories, RankedLists const& lists);

}  // namespace tidemill::drivers
