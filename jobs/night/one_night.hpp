#pragma once

#include <functional>
#include <string>

#include "drivers/night/step_record.hpp"
#include "io/store/night.hpp"
#include "jobs/command.hpp"
#include "jobs/night/night_options.hpp"

namespace tidemill::jobs {

/// How a night ended that was published, or was found to be published already.
struct NightResult {
  io::PublishedNight night;
  drivers::RunRecord record;
  std::string refusal;  ///< why the new model stays out, with the figures; empty when it does not
};

/// Collective over context.comm. Runs or resumes one night and publishes it; prints nothing. Throws what the night
/// throws, after the run folder has been told. `options` must be those that context.values were parsed into. `check`
/// sees the parameters before anything is read or written and may throw, on all ranks.
NightResult run_one_night(Context const& context, NightOptions const& options,
                          std::function<void(drivers::AssetNight const& params)> const& check = {});

}  // namespace tidemill::jobs
