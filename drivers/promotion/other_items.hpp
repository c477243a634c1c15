#pragma once

#include <span>

#include "drivers/promotion/baseline.hpp"

namespace tidemill::drivers {

/// What happened to a group of items during a promotion of another one: sold less expected.
struct GroupChange {
  double units = 0, error = 0;  ///< of all items together, and its standard error by chance
  double margin_per_unit = 0;   ///< mean over the units expected; NaN when there were none

  /// Sure to be no chance beyond this many standard errors, in either direction.
  bool is_beyond(double errors) const { return std::abs(units) > errors * error; }
};

/// Sums over the open days of the window and the items whose expectation, price and cost are known. A day on which n
/// promotions of `running` run counts 1/n. Items in a promotion of their own, or just after one, do not say what this
/// one did: they are taken to change by the same share as the others that day. The error takes in what moves all the
/// items of a day together: it comes from the group's sums on like days, not from those of each item.
GroupChange group_change(std::span<ItemHistory const* const> items, PromotionWindow const& window,
                         RunningPromotions const& running);

}  // namespace tidemill::drivers
