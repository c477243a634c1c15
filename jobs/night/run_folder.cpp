#include "jobs/night/run_folder.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <map>

#include "io/error.hpp"
#include "io/progress/prometheus.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"

namespace tidemill::jobs {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t runs_looked_at = 20;

/// Newest first: names begin with the time.
std::vector<fs::path> runs_of(fs::path const& tenant) {
  std::vector<fs::path> runs;
  std::error_code missing;
  for (auto const& entry : fs::directory_iterator(tenant / "runs", missing)) {
    if (fs::exists(entry.path() / "record.json")) runs.push_back(entry.path());
  }
  std::sort(runs.rbegin(), runs.rend());
  return runs;
}

drivers::RunRecord read_record(fs::path const& run) {
  return drivers::run_record_from_json(io::read_file(run / "record.json"), (run / "record.json").string());
}

}  // namespace

RunFolder::RunFolder(io::Comm const& comm, fs::path const& tenant) : comm_(comm) {
  std::string name;
  if (comm.is_root()) name = fmt::format("{:%Y%m%dT%H%M%S}-{}", fmt::gmtime(std::time(nullptr)), getpid());
  path_ = tenant / "runs" / comm.broadcast(name);
  io::agree(comm, "make " + path_.string(), [&] {
    if (comm_.is_root()) io::make_folders(path_);
  });
}

void RunFolder::write(drivers::RunRecord const& record) const {
  // While it runs only whoever watches reads it: whole at every instant, but not worth two waits for the disk a step.
  if (record.state == "running" && !record.steps.empty()) {
    if (comm_.is_root()) io::replace_text(path_ / "record.json", drivers::to_json(record));
    return;
  }
  io::commit_text(comm_, path_ / "record.json", comm_.is_root() ? drivers::to_json(record) : "");
}

std::optional<drivers::RunRecord> newest_run(fs::path const& tenant) {
  std::vector<fs::path> const runs = runs_of(tenant);
  if (runs.empty()) return std::nullopt;
  return read_record(runs.front());
}

std::vector<io::Stage> expected_stages(fs::path const& tenant, std::vector<io::Stage> stages) {
  std::map<std::string, double> seconds;
  std::vector<fs::path> runs = runs_of(tenant);
  runs.resize(std::min(runs.size(), runs_looked_at));
  for (fs::path const& run : runs) {
    try {
      for (drivers::StepRecord const& step : read_record(run).steps) {
        if (!step.reused) seconds.emplace(step.title, step.seconds);
      }
    } catch (Error const&) {
      continue;  // a record of another version only costs the estimate
    }
  }
  for (io::Stage& stage : stages) stage.expected_seconds = seconds.contains(stage.name) ? seconds.at(stage.name) : 0;
  return stages;
}

}  // namespace tidemill::jobs
