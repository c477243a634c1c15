#include "jobs/night/run_folder.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <map>

#include "io/error.hpp"
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

std::string label_text(std::string const& text) {
  std::string escaped;
  for (char const c : text) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

/// Prometheus text format, for the node exporter's textfile collector.
std::string metrics_of(drivers::RunRecord const& record) {
  std::string text;
  auto const family = [&](char const* name, char const* help, auto const& value) {
    text += fmt::format("# HELP tidemill_{0} {1}\n# TYPE tidemill_{0} gauge\n", name, help);
    for (drivers::StepRecord const& step : record.steps) {
      text += fmt::format("tidemill_{}{{tenant=\"{}\",step=\"{}\"}} {}\n", name, label_text(record.tenant),
                          label_text(step.name), value(step));
    }
  };
  family("step_seconds", "Time of the step in the newest run.", [](auto const& step) { return step.seconds; });
  family("step_reused", "1 when the step's result was there already.",
         [](auto const& step) { return step.reused ? 1 : 0; });
  family("step_rows", "Rows the step made.", [](auto const& step) { return step.rows; });
  family("step_peak_memory_bytes", "Most memory that one rank held.", [](auto const& step) {
    return step.peak_memory.empty() ? 0 : *std::max_element(step.peak_memory.begin(), step.peak_memory.end());
  });
  return text;
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
  io::commit_text(comm_, path_ / "record.json", comm_.is_root() ? drivers::to_json(record) : "");
  io::commit_text(comm_, path_ / "metrics.prom", comm_.is_root() ? metrics_of(record) : "");
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
