#pragma once

#include <cstdint>

namespace tidemill::drivers {

/// What training a recommender works on, as far as it is known before anything is read.
struct TrainingSize {
  std::int64_t pairs = 0, users = 0, items = 0;  ///< of all ranks together
  bool has_values = false;                       ///< pairs carry weights
  int ranks = 1;
};

}  // namespace tidemill::drivers
