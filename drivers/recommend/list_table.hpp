#pragma once

#include "drivers/interactions/interactions.hpp"
#include "drivers/recommend/recommender.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Collective. Lists of all users of `histories` as rows user, rank (1 is best), item, score, rung: users ascending,
/// best first; and because_item when there are reasons. Users without items have no rows.
io::Table list_table(io::Comm const& comm, Interactions const& histories, RankedLists const& lists);

}  // namespace tidemill::drivers
