#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/night/step_record.hpp"

namespace tidemill::drivers {

/// What a night works on, as far as sizes of files and options tell before anything is read.
struct NightSize {
  std::int64_t raw_bytes = 0;       ///< of the exports of sales
  std::int64_t stored_bytes = 0;    ///< of the sales that the store holds already
  std::int64_t pairs = 0;           ///< of user and asset, about
  std::int64_t reading_memory = 0;  ///< of one rank while they are read: see expected_reading_memory()
  std::int64_t pictures = 0;
  std::int64_t trees = 0;    ///< of all models that the forecast trains
  std::int64_t origins = 0;  ///< of the back-test: each trains the models once more
  int ranks = 1;
};

/// Lines of sales that these bytes hold, by the table of constants.
std::int64_t expected_lines(NightSize const& size);

/// What each of `steps` (names, in order) will need. Each number is a constant of the step plus one per unit of its
/// work (lines, lines times trees, pairs, pictures); time and memory per unit are shared by the ranks. Constants are
/// measured on the generated chain or estimated: see the table in the source. Unknown steps get those of a small
/// one.
std::vector<StepPlan> plan_steps(std::vector<std::string> const& steps, NightSize const& size);

/// Seconds between checkpoints that lose least (Young 1974; Daly 2006): sqrt(2 C M) for a checkpoint of C seconds and a
/// mean time M between failures of the whole job.
double checkpoint_interval(double checkpoint_seconds, double seconds_between_failures);

}  // namespace tidemill::drivers
