#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/interactions/id_column.hpp"
#include "drivers/interactions/interactions.hpp"
#include "drivers/interactions/pair_rows.hpp"
#include "drivers/recommend/id_file.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// What is known of users beside a model's own histories.
struct AudienceSources {
  std::optional<EntityIds> users;   ///< who gets lists, the same on every rank; none: all users of all sources
  std::vector<PairRows> events;     ///< more histories: later pairs of known users, all pairs of new ones, likes
  std::optional<PairRows> blocked;  ///< pairs never to be recommended
  std::optional<IdColumn> blocked_for_all;  ///< items never to be recommended to anyone
};

/// Collective. What a file of blocks says: rows of user and item, or with one column items that no one is to get.
void add_blocks(IdFile const& file, AudienceSources& sources);

/// Who gets lists: this rank's users, in the item numbers of the model.
struct Audience {
  Interactions histories;
  Interactions removed;            ///< histories and blocks: never on a list
  std::int64_t unknown_items = 0;  ///< pairs with items that the model does not know, over all ranks
};

/// Collective. `trained` are the histories in the model's file; without other sources they are the audience.
/// `users_here`: this rank's users, when the same audience was made before in terms of other items.
Audience make_audience(io::Comm const& comm, Interactions const& trained, AudienceSources const& sources,
                       io::RowRange const* users_here = nullptr);

/// Collective. For each user of `who` the number among `labels` of what `rows` (user, item = label) says of them, -1
/// when it says nothing. Throws DataError when it says two things.
std::vector<std::int32_t> labels_of(io::Comm const& comm, Interactions const& who, PairRows const& rows,
                                    EntityIds const& labels);

}  // namespace tidemill::drivers
