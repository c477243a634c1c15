#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "drivers/night/asset_params.hpp"
#include "drivers/night/asset_steps.hpp"
#include "drivers/night/plan_night.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::jobs {

/// Collective. Sizes of the files that a night will read, what some of their rows tell, and the options that steer its
/// work.
drivers::NightSize size_of_night(io::Comm const& comm, drivers::AssetNight const& params);

/// The plan of these steps, with one for publishing them as the last.
std::vector<drivers::StepPlan> plan_of(std::vector<drivers::Step> const& steps, drivers::NightSize const& size);

}  // namespace tidemill::jobs
