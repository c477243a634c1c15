#include "drivers/night/step_meter.hpp"

#include <algorithm>
#include <numeric>

#include "io/comm/collective_time.hpp"

namespace tidemill::drivers {

StepMeter::StepMeter(io::Comm const& comm)
    : comm_(comm), started_(io::seconds_now()), waited_before_(io::seconds_in_collectives()) {
  io::restart_peak_memory();
  before_ = io::process_usage();
}

void StepMeter::finish(StepRecord& record) const {
  io::ProcessUsage const now = io::process_usage();
  double const seconds = io::seconds_now() - started_;
  double const work = std::max(0.0, seconds - (io::seconds_in_collectives() - waited_before_));
  record.seconds = comm_.max(seconds);
  record.rank_seconds = comm_.gather_all(seconds);
  record.work_seconds = comm_.gather_all(work);
  record.peak_memory = comm_.gather_all(now.peak_memory);
  record.rank_bytes_read = comm_.gather_all(now.bytes_read - before_.bytes_read);
  record.rank_bytes_written = comm_.gather_all(now.bytes_written - before_.bytes_written);
  record.bytes_read = std::accumulate(record.rank_bytes_read.begin(), record.rank_bytes_read.end(), std::int64_t{0});
  record.bytes_written =
      std::accumulate(record.rank_bytes_written.begin(), record.rank_bytes_written.end(), std::int64_t{0});
}

}  // namespace tidemill::drivers
