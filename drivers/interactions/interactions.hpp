#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "drivers/interactions/entity_ids.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Who did what, user by user: this rank's consecutive users, all their items. Parts of all ranks in rank order are the
/// whole; only the cuts depend on the number of ranks.
///
///   start  0     2  2        5        user u of this rank has items item[start[u]] .. item[start[u + 1] - 1],
///   item   3  7     0  2  9           ascending and without repeats (values of repeats are added)
struct Interactions {
  io::RowRange users;                  ///< this rank's users among all
  std::int64_t items = 0;              ///< number of all items
  std::vector<std::int64_t> start{0};  ///< users.count + 1 positions
  std::vector<std::int32_t> item;
  std::vector<float> value;        ///< parallel to `item`; empty: all 1
  std::vector<std::int64_t> time;  ///< parallel to `item`, seconds since 1970-01-01 (latest of repeats); empty: unknown
  EntityIds user_ids;              ///< of this rank's users
  EntityIds item_ids;              ///< of all items, on every rank

  std::int64_t size() const { return static_cast<std::int64_t>(item.size()); }
  std::span<std::int32_t const> items_of(std::int64_t local_user) const {
    auto const first = static_cast<std::size_t>(start[static_cast<std::size_t>(local_user)]);
    auto const last = static_cast<std::size_t>(start[static_cast<std::size_t>(local_user) + 1]);
    return {item.data() + first, last - first};
  }
};

/// The same pairs item by item: this rank's consecutive items (about equal numbers of pairs per rank), all their users
/// ascending. `value` as in Interactions.
struct ItemInteractions {
  io::RowRange items;
  std::int64_t users = 0;
  std::vector<std::int64_t> start{0};
  std::vector<std::int32_t> user;
  std::vector<float> value;
};
/// Collective.
ItemInteractions by_item(io::Comm const& comm, Interactions const& interactions);

/// Collective. Number of users of each item, on every rank.
std::vector<std::int64_t> item_counts(io::Comm const& comm, Interactions const& interactions);

}  // namespace tidemill::drivers
