#pragma once

#include <cstdint>

#include "drivers/factors/params.hpp"

namespace tidemill::drivers {

/// What decides the memory of one rank.
struct FactorSizes {
  std::int64_t users = 0, items = 0;  ///< this rank's
  std::int64_t all_users = 0, all_items = 0;
  std::int64_t user_pairs = 0, item_pairs = 0;  ///< of this rank's users and items
  bool has_values = false;
  int ranks = 1;
};

/// Bytes that training adds to what the rank holds already, at its peak: the pairs by item, both sides' factors, the
/// rows fetched from other ranks, message buffers. Other ranks' rows are counted as if all were needed.
std::int64_t training_memory(FactorParams const& params, FactorSizes const& sizes);

}  // namespace tidemill::drivers
