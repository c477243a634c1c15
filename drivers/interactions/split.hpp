#pragma once

#include <cstdint>

#include "drivers/interactions/interactions.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Two parts of the same interactions, with the same users and items in both; a user may have no pairs in one.
struct InteractionSplit {
  Interactions train;
  Interactions test;
};

/// Not collective. Of each user's n pairs round(share n) are tested, at most n - 1: those with the smallest draws,
/// keyed by (seed, outside id of the user, outside id of the item), so that they do not depend on what else is in the
/// files.
InteractionSplit split_by_share(Interactions const& interactions, double share, std::uint64_t seed);

/// Not collective. Each user's latest `count` pairs are tested, at most all but one; of equal times the larger items.
/// Throws ConfigError when times are unknown.
InteractionSplit split_last(Interactions const& interactions, std::int64_t count);

/// Not collective. Pairs from `time` on are tested. Throws ConfigError when times are unknown.
InteractionSplit split_at_time(Interactions const& interactions, std::int64_t time);

}  // namespace tidemill::drivers
