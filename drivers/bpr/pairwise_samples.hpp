#pragma once

#include <cstdint>
#include <vector>

#include "drivers/interactions/interactions.hpp"

namespace tidemill::drivers {

/// One epoch's triples of this rank's users, batch after batch, within a batch by user and pair.
struct PairwiseSamples {
  std::vector<std::int64_t> batch_start;  ///< batches + 1
  std::vector<std::int32_t> user;         ///< local
  std::vector<std::int32_t> preferred;    ///< item
  std::vector<std::int32_t> other;        ///< item
};

/// Each pair (user, item) is drawn once per epoch: its batch and the item it is compared with, which is uniform among
/// those the user has not, are functions of (seed, number of the pair among all, epoch). A user who has (nearly) all
/// items may go without. `first_pair` is the number of this rank's first pair.
PairwiseSamples draw_samples(Interactions const& interactions, std::int64_t first_pair, std::int64_t batches,
                             std::uint64_t seed, std::uint32_t epoch);

}  // namespace tidemill::drivers
