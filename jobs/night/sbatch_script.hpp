#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "drivers/night/step_record.hpp"

namespace tidemill::jobs {

/// What to ask Slurm for.
struct SbatchRequest {
  std::string tenant;
  int tasks = 1;
  double seconds = 0;                                      ///< planned
  std::int64_t peak_memory = 0;                            ///< planned, bytes of a rank
  std::vector<std::pair<std::string, std::string>> flags;  ///< of `nightly`
};

/// Ranks for a night: doubled from 1 as long as that saves a third of the planned time, at most `most`.
int ranks_that_pay(std::function<double(int ranks)> const& planned_seconds, int most);

/// `script` (slurm/nightly.sbatch) with its #SBATCH lines filled: tasks, memory, time limit, name, log and one night of
/// a tenant at a time; and with the night's command as what it runs when it is submitted without one. Time and memory
/// are the plan's with room to spare: three times the time and ten minutes, twice the memory and 256 MB. Throws
/// ConfigError when `script` has no #SBATCH lines.
std::string filled_sbatch(std::string const& script, SbatchRequest const& request);

}  // namespace tidemill::jobs
