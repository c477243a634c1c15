#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "drivers/interactions/interactions.hpp"
#include "drivers/recommend/recommender.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Collective. Some users for the report, spread over all of them, with histories of at least five items (fewer only
/// when nobody has more). Global numbers, ascending.
std::vector<std::int64_t> example_users(io::Comm const& comm, Interactions const& histories);

/// The items of the largest counts, largest first.
std::vector<std::int64_t> most_popular(std::vector<std::int64_t> const& counts);

/// Collective. The lists of the users `chosen` (global numbers) and what they had: user, part (history, newest first,
/// or list), place from 1, item; of lists also score, rung and because_item (missing: no reason known).
io::Table example_table(io::Comm const& comm, Interactions const& histories, RankedLists const& lists,
                        std::vector<std::int64_t> const& chosen);

/// Collective. How attention is spread over items: curve, assets (share of all items, the most popular first) and
/// attention (share of the counts that they have), in hundredths; gini of each curve. Counts are the same on every
/// rank.
io::Table attention_table(io::Comm const& comm,
                          std::vector<std::pair<std::string, std::vector<std::int64_t>>> const& curves);

}  // namespace tidemill::drivers
