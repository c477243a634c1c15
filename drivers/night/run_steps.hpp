#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "drivers/night/step.hpp"
#include "drivers/night/step_record.hpp"

namespace tidemill::drivers {

struct StepRunOptions {
  std::filesystem::path cache;  ///< each finished step is a folder CACHE/NAME-KEY here
  std::string stop_after;       ///< stop as a signal would, after this step; empty: run all
  /// Called on all ranks after every step with the records so far.
  std::function<void(std::vector<StepRecord> const&)> on_step = [](auto const&) {};
};

/// Collective. Runs the steps in the given order, each after those it names. A step whose key has a finished, undamaged
/// folder in the cache is reused: nothing is computed again. A step is finished once its record, written last, is
/// there; what an interrupted one left behind is overwritten, except its checkpoints, from which its trainer goes on.
/// Throws StoppedAtCheckpoint between steps when a stop was asked for.
std::vector<StepRecord> run_steps(io::Comm const& comm, io::Progress& progress, std::vector<Step> const& steps,
                                  StepRunOptions const& options);

/// CACHE/NAME-KEY of a step that ran or was reused.
std::filesystem::path folder_of_step(std::filesystem::path const& cache, std::string const& name,
                                     std::string const& key);

}  // namespace tidemill::drivers
