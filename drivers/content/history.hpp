#pragma once

#include <vector>

#include "drivers/content/sparse_rows.hpp"
#include "drivers/interactions/interactions.hpp"

namespace tidemill::drivers {

/// Weights of a user's history, parallel to items_of: decay^(number of the user's items with a later time), so the
/// newest has 1; all 1 without times or with decay 1.
std::vector<float> recency_weights(Interactions const& histories, std::int64_t local_user, double decay);

/// The histories of `count` users from local user `first` on as rows over the items, weighted as above.
SparseRows history_rows(Interactions const& histories, std::int64_t first, std::int64_t count, double decay);

/// A user's items from oldest to newest; equal times: by item number. Positions into items_of.
std::vector<std::int32_t> by_time(Interactions const& histories, std::int64_t local_user);

}  // namespace tidemill::drivers
