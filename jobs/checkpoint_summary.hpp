#pragma once

#include <nlohmann/json_fwd.hpp>

#include "drivers/learn/checkpoint_place.hpp"
#include "jobs/command.hpp"

namespace tidemill::jobs {

/// Says what the checkpoints of a training of `seconds` took and whether it went on from one, and gives the same for
/// --json: saved, save_seconds, share (of the training), loaded, load_seconds. Null without a folder for checkpoints.
nlohmann::json checkpoint_summary(Context const& context, drivers::CheckpointPlace const& place, double seconds);

}  // namespace tidemill::jobs
