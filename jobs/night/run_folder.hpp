#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "drivers/night/step_record.hpp"
#include "io/progress/progress.hpp"

namespace tidemill::jobs {

/// STORE/TENANT/runs/RUN: status.jsonl (written as it goes), record.json (after every step), metrics.prom (RunMonitor)
/// and alerts.jsonl.
class RunFolder {
 public:
  /// Collective. Makes a new folder named after the time and the process of rank 0, the same on all ranks.
  RunFolder(io::Comm const& comm, std::filesystem::path const& tenant);
  std::filesystem::path const& path() const { return path_; }
  std::string name() const { return path_.filename().string(); }
  /// Collective. Replaces record.json by rename: readers see a whole file at all times.
  void write(drivers::RunRecord const& record) const;

 private:
  io::Comm comm_;
  std::filesystem::path path_;
};

/// The newest run's record; none when the tenant has no runs. Not collective.
std::optional<drivers::RunRecord> newest_run(std::filesystem::path const& tenant);

/// Seconds that each step took when it last really ran, from the newest runs. Not collective.
std::vector<io::Stage> expected_stages(std::filesystem::path const& tenant, std::vector<io::Stage> stages);

}  // namespace tidemill::jobs
