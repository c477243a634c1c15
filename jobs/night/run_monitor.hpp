#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "drivers/night/step_record.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::jobs {

/// Keeps metrics.prom of a run fresh: written at every update and every few seconds between them by a thread of rank
/// 0, which makes no MPI call. Nothing here is collective and nothing here can fail a run.
class RunMonitor {
 public:
  struct Places {
    std::filesystem::path tenant;     ///< STORE/TENANT
    std::filesystem::path run;        ///< the run folder: metrics.prom is written, status.jsonl read
    std::filesystem::path copy = {};  ///< where a collector looks for it; empty: nowhere
    double seconds = 5;               ///< between two heartbeats
  };
  RunMonitor(io::Comm const& comm, Places places, drivers::RunRecord const& record);
  /// A record that still says running is told as failed: the run ended without getting to say so itself.
  ~RunMonitor();
  RunMonitor(RunMonitor const&) = delete;
  RunMonitor& operator=(RunMonitor const&) = delete;

  void update(drivers::RunRecord const& record);

 private:
  void write();

  bool is_at_work_;
  Places places_;
  std::int64_t started_;
  std::mutex mutex_;  ///< for the record, and for one writer at a time
  drivers::RunRecord record_;
  std::jthread heartbeat_;
};

/// Free bytes for this user where `folder` lies; 0 when that cannot be told.
std::int64_t free_bytes(std::filesystem::path const& folder);

}  // namespace tidemill::jobs
