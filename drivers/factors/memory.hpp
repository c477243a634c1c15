#pragma once

#include <cstdint>

#include "drivers/factors/params.hpp"
#include "drivers/recommend/training_size.hpp"

namespace tidemill::drivers {

/// What decides the memory of one rank.
struct FactorSizes {
  std::int64_t users = 0, items = 0;  ///< this rank's
  std::int64_t all_users = 0, all_items = 0;
  std::int64_t user_pairs = 0, item_pairs = 0;              ///< of this rank's users and items
  std::int64_t referenced_users = 0, referenced_items = 0;  ///< that the pairs of this rank's items and users name
  bool all_users_travel = false, all_items_travel = false;  ///< see ReferencedRows
  bool has_values = false;
  bool has_checkpoints = false;
  int ranks = 1;
};

/// Bytes that each phase adds, at its peak, to what the rank holds when training begins (program, pairs by user, ids).
struct FactorMemory {
  std::int64_t pairs_by_item = 0;  ///< pairs on their way to the ranks of their items
  std::int64_t sweeps = 0;         ///< pairs by item, both sides' factors, the rows fetched from other ranks, messages
  std::int64_t checkpoints = 0;  ///< as in sweeps, with one side's factors on their way to a file; 0: none are written
  std::int64_t model = 0;        ///< all items' factors, gathered and made ready for scoring and saving
  std::int64_t peak() const;
};
FactorMemory training_memory(FactorParams const& params, FactorSizes const& sizes);

/// The sizes of a rank among `size.ranks` even ones whose pairs name users and items as if they were drawn; with
/// checkpoints.
FactorSizes even_sizes(TrainingSize const& size);

}  // namespace tidemill::drivers
