#include "jobs/checkpoint_summary.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace tidemill::jobs {

nlohmann::json checkpoint_summary(Context const& context, drivers::CheckpointPlace const& place, double seconds) {
  if (place.folder.empty()) return nullptr;
  io::CheckpointUse const& use = *place.use;
  double const share = seconds > 0 ? use.save_seconds / seconds : 0;
  if (use.saved > 0) {
    context.progress.say(fmt::format("checkpoints: {} saved in {:.2f} s, {:.2f} % of the training", use.saved,
                                     use.save_seconds, 100 * share));
  }
  if (use.loaded > 0) {
    context.progress.say(fmt::format("went on from {} checkpoint{}, read in {:.2f} s", use.loaded,
                                     use.loaded == 1 ? "" : "s", use.load_seconds));
  }
  return {{"saved", use.saved},
          {"save_seconds", use.save_seconds},
          {"share", share},
          {"loaded", use.loaded},
          {"load_seconds", use.load_seconds}};
}

}  // namespace tidemill::jobs
