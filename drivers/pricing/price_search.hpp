#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tidemill::drivers {

/// One price that an item may take. Whole numbers, so that the search is exact.
struct PriceOption {
  std::int64_t price = 0;   ///< position on the price grid; larger is dearer
  std::int64_t profit = 0;  ///< per day, in millionths of the unit of money
  std::int64_t weight = 0;  ///< what it adds to the value of the current basket, in millionths of the unit of money
};

/// Items whose prices depend on each other: options of item k may not be dearer than options of item k + 1 (a size
/// ladder, smallest first). A single item is a group of one. Every item has at least one option.
struct PriceGroup {
  std::vector<std::vector<PriceOption>> items;
};

/// The option chosen for every item of every group.
using PriceChoice = std::vector<std::vector<std::size_t>>;

/// Exact search: a choice with the largest total profit whose total weight lies within [-cap, cap] (no cap: any),
/// ladders kept. Dynamic programming along each ladder and over groups, keeping only states that no other beats; states
/// that cannot reach a known solution (a Lagrangian bound) are dropped, which never loses an optimum. The same input
/// gives the same choice among equal ones. Nothing when no choice is allowed.
std::optional<PriceChoice> search_prices(std::vector<PriceGroup> const& groups, std::optional<std::int64_t> cap);

}  // namespace tidemill::drivers
