#pragma once

#include <functional>
#include <string>

#include "drivers/learn/checkpoint_place.hpp"
#include "drivers/trees/train_boost.hpp"

namespace tidemill::drivers {

/// Collective. One training among several: a model that a run before an interruption had finished is read from the
/// checkpoints, otherwise `train` makes it (continuing its own checkpoints in the store it is given). A
/// model is kept so when training it took half a second, or the checkpoints' interval if that is shorter.
TreeModel train_or_load(io::Comm const& comm, CheckpointPlace const& checkpoints, std::string const& part,
                        std::function<TreeModel(io::CheckpointStore&)> const& train);

}  // namespace tidemill::drivers
