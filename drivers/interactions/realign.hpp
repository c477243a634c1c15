#pragma once

#include "drivers/interactions/interactions.hpp"

namespace tidemill::drivers {

/// Collective. The same interactions with the users of `users` on this rank: for sets of the same users that were cut
/// by their own numbers of pairs. All ranks' `users` cover all users in rank order.
Interactions realign(io::Comm const& comm, Interactions const& interactions, io::RowRange users);

}  // namespace tidemill::drivers
