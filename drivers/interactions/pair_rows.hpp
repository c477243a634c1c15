#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/interactions/id_column.hpp"
#include "drivers/interactions/interactions.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Pairs as they stand in files: this rank's, with the outside ids.
struct PairRows {
  IdColumn user;
  IdColumn item;
  std::vector<float> value;         ///< empty: all 1
  std::vector<std::int64_t> time;   ///< empty: unknown
  std::vector<std::int64_t> order;  ///< place of each pair in the files, by which repeats are added up
  IdColumn users_alone;             ///< users named without items: they are users all the same

  std::int64_t size() const { return item.size(); }
};

/// Appends pairs that come after those in `rows` (their order is shifted by `shift`). Where only
/// one of the two has values the other's are 1; where only one has times the other's pairs are as late as the latest.
void append_pairs(PairRows& rows, PairRows more, std::int64_t shift);

/// All pairs of `interactions` with their outside ids; users without pairs are users alone. Not collective.
PairRows as_pairs(Interactions const& interactions);

struct GatherOptions {
  EntityIds const* items = nullptr;  ///< number items as here and drop pairs of others; null: the items there are
  EntityIds const* users = nullptr;  ///< the same for users
  io::RowRange const* users_here = nullptr;  ///< this rank's users, when other interactions have cut them before
  bool ordered = false;  ///< time = place of the item among the user's, 0 first, in the order of the files
};
struct GatherCounts {
  std::int64_t repeated = 0;       ///< pairs added to an earlier one of the same user and item
  std::int64_t unknown_items = 0;  ///< pairs dropped for their item
  std::int64_t unknown_users = 0;  ///< pairs dropped for their user
};
/// Collective. Brings each user's pairs to one rank. `counts` are over all ranks. Needs at most about 60 bytes per pair
/// beside `rows`, whose columns are given up one by one: large ones should be moved in.
Interactions gather_interactions(io::Comm const& comm, PairRows rows, GatherOptions const& options = {},
                                 GatherCounts* counts = nullptr);

}  // namespace tidemill::drivers
