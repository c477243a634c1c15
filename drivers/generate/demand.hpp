#pragma once

#include <cstdint>
#include <vector>

#include "drivers/generate/chain.hpp"

namespace tidemill::drivers {

/// Marks "leave no promotion out" in expected_units.
constexpr int no_promotion = -1;

/// Expected units of an item on a day at a location, before the noise of the day. Natural log of it = log(volume x
/// category units x share) + weekday + yearly season + trend + elasticity x log(price paid / reference) + feature of a
/// promotion - its dip afterwards - what promotions of the same category take. 0 when the item is not on the menu.
/// `without` leaves one promotion out, for the demand there would have been.
double expected_units(DemoChain const& chain, int location, int item, std::int64_t day, int without = no_promotion);

/// Units that guests ask for: expected units x the day's footfall at the location (log-normal, sd 8 %, mean 1; common
/// to all items), negative binomial of size 40 around that.
std::int64_t sold_units(DemoChain const& chain, int location, int item, std::int64_t day);

}  // namespace tidemill::drivers
