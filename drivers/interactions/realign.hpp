#pragma once

#include "drivers/interactions/interactions.hpp"

namespace tidemill::drivers {

/// Collective. The same interactions with the users of `users` on this rank: for sets of the same users that were cut
/// by their own numbers of pairs. All ranks' `users` cover all users in rank order.
Interactions realign(io::Comm const& comm, Interactions const& interactions, io::RowRange users);

/// Collective. The pairs of `pairs` whose users and items `like` has too, matched by their ids: the users of `like`
/// here, in its numbers.
Interactions in_terms_of(io::Comm const& comm, Interactions const& pairs, Interactions const& like);

/// Not collective. `pairs` without those that `others` (same users and items) has too.
Interactions without_pairs(Interactions const& pairs, Interactions const& others);

}  // namespace tidemill::drivers
