#include "drivers/night/step_meter.hpp"

namespace tidemill::drivers {

StepMeter::StepMeter(io::Comm const& comm) : comm_(comm), started_(io::seconds_now()) {
  io::restart_peak_memory();
  before_ = io::process_usage();
}

void StepMeter::finish(StepRecord& record) const {
  io::ProcessUsage const now = io::process_usage();
  record.seconds = comm_.max(io::seconds_now() - started_);
  record.peak_memory = comm_.gather_all(now.peak_memory);
  record.bytes_read = comm_.sum(now.bytes_read - before_.bytes_read);
  record.bytes_written = comm_.sum(now.bytes_written - before_.bytes_written);
}

}  // namespace tidemill::drivers
