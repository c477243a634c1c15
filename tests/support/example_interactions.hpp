#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "drivers/interactions/interactions.hpp"
#include "kernels/random/philox.hpp"

namespace tidemill::tests {

using Histories = std::vector<std::vector<std::int32_t>>;

/// Collective. These histories (ascending items) as interactions, users in equal shares.
inline drivers::Interactions interactions_of(io::Comm const& comm, Histories const& histories, std::int64_t items,
                                             bool with_values = false) {
  drivers::Interactions result;
  result.users = io::even_share(static_cast<std::int64_t>(histories.size()), comm.rank(), comm.size());
  result.items = items;
  for (std::int64_t u = result.users.first; u < result.users.end(); ++u) {
    for (std::int32_t const item : histories[static_cast<std::size_t>(u)]) {
      result.item.push_back(item);
      if (with_values) result.value.push_back(static_cast<float>(1 + (u + item) % 4));
    }
    result.start.push_back(result.size());
    result.user_ids.integers.push_back(u);
  }
  for (std::int64_t i = 0; i < items; ++i) result.item_ids.integers.push_back(i);
  return result;
}

/// Users in groups of taste: two thirds of a user's items come from the items of the group, and popular items (small
/// numbers within a group) come oftener. Every seventh user has none, and the last two items nobody.
inline Histories tasteful_histories(std::int64_t users, std::int64_t items, int groups, std::uint64_t seed) {
  Histories result(static_cast<std::size_t>(users));
  for (std::int64_t u = 0; u < users; ++u) {
    if (u % 7 == 6) continue;
    auto& history = result[static_cast<std::size_t>(u)];
    for (std::uint32_t draw = 0; draw < 12 + u % 9; ++draw) {
      auto const block = kernels::Philox::block(seed, static_cast<std::uint64_t>(u), draw, 1);
      float const share = kernels::Philox::uniform(block.word[0]);
      auto item = static_cast<std::int64_t>(share * share * static_cast<float>(items - 2));
      if (block.word[1] % 3 != 0) item += u % groups - item % groups;
      history.push_back(static_cast<std::int32_t>(std::min(item, items - 3)));
    }
    std::sort(history.begin(), history.end());
    history.erase(std::unique(history.begin(), history.end()), history.end());
  }
  return result;
}

}  // namespace tidemill::tests
