#pragma once

#include <cstdint>
#include <string>

#include "drivers/night/step_record.hpp"
#include "io/progress/process_usage.hpp"

namespace tidemill::jobs {

/// What only this moment tells about a run; times are seconds since 1970.
struct RunMoment {
  std::int64_t heartbeat = 0;  ///< now
  std::int64_t moved = 0;      ///< when it last told of progress
  std::int64_t started = 0;
  std::int64_t last_published = 0;  ///< when the tenant's published night was last exchanged; 0: there is none
  std::int64_t disk_free = 0;       ///< bytes where the store lies
  double share_done = 0;            ///< 0..1
  io::ProcessUsage usage;           ///< of rank 0, since the step began (memory) or the start (bytes)
};

/// metrics.prom: Prometheus text format, for the node exporter's textfile collector. Values per rank for at most 64
/// ranks; of more ranks those of the first 64.
std::string metrics_text(drivers::RunRecord const& record, RunMoment const& moment);

}  // namespace tidemill::jobs
