#pragma once

#include "drivers/night/step_record.hpp"
#include "io/comm/comm.hpp"
#include "io/progress/process_usage.hpp"

namespace tidemill::drivers {

/// Measures what a step uses, from construction to finish.
class StepMeter {
 public:
  explicit StepMeter(io::Comm const& comm);
  /// Collective. Fills seconds (the slowest rank's), seconds, work and peak memory of each rank, and bytes read and
  /// written.
  void finish(StepRecord& record) const;

 private:
  io::Comm comm_;
  double started_;
  double waited_before_;
  io::ProcessUsage before_;
};

}  // namespace tidemill::drivers
