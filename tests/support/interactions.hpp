#pragma once

#include <algorithm>
#include <vector>

#include "drivers/interactions/interactions.hpp"

namespace tidemill::tests {

/// Users with these items (in order of time when `ordered`: time = position), users spread evenly over the ranks.
inline drivers::Interactions make_interactions(io::Comm const& comm, std::int64_t items,
                                               std::vector<std::vector<std::int32_t>> const& lists,
                                               bool ordered = false) {
  drivers::Interactions result;
  result.users = io::even_share(static_cast<std::int64_t>(lists.size()), comm.rank(), comm.size());
  result.items = items;
  for (std::int64_t item = 0; item < items; ++item) result.item_ids.integers.push_back(item);
  for (std::int64_t user = result.users.first; user < result.users.end(); ++user) {
    std::vector<std::int32_t> const& list = lists[static_cast<std::size_t>(user)];
    std::vector<std::int32_t> sorted = list;
    std::sort(sorted.begin(), sorted.end());
    for (std::int32_t const item : sorted) {
      result.item.push_back(item);
      if (ordered) result.time.push_back(std::find(list.begin(), list.end(), item) - list.begin());
    }
    result.start.push_back(static_cast<std::int64_t>(result.item.size()));
    result.user_ids.integers.push_back(user);
  }
  return result;
}

}  // namespace tidemill::tests
