#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "io/comm/comm.hpp"
#include "io/store/checkpoint.hpp"

namespace tidemill::drivers {

/// Where a training keeps its checkpoints. A model that is trained in parts (one ensemble per quantile) has a folder
/// for each.
struct CheckpointPlace {
  std::filesystem::path folder;  ///< empty: no checkpoints
  std::string key;               ///< digest of everything the training depends on
  double interval_seconds = 60;
  std::shared_ptr<io::CheckpointUse> use = std::make_shared<io::CheckpointUse>();  ///< of all parts and copies

  /// Collective.
  io::CheckpointStore store(io::Comm const& comm, std::string const& part) const;
};

/// Collective. Removes the checkpoints of all parts, when the model is committed.
void clear_checkpoints(io::Comm const& comm, CheckpointPlace const& place);

}  // namespace tidemill::drivers
