#include "jobs/night/run_monitor.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <nlohmann/json.hpp>

#include "io/progress/prometheus.hpp"
#include "io/progress/status_log.hpp"
#include "jobs/night/run_metrics.hpp"

namespace tidemill::jobs {
namespace {

/// The pointer itself is exchanged when a night is published, so its own time tells when that was.
std::int64_t time_of_pointer(std::filesystem::path const& pointer) {
  struct stat found {};
  return ::lstat(pointer.c_str(), &found) == 0 ? found.st_mtime : 0;
}

/// What the newest line of status.jsonl says: when it was written, and how many of the stages are done.
void read_progress(std::filesystem::path const& status, RunMoment& moment) {
  nlohmann::json const line = nlohmann::json::parse(io::last_status_line(status), nullptr, false);
  if (!line.is_object()) return;
  moment.moved = line.value("time", std::int64_t{0}) / 1000;
  double const stages = line.value("stages", 0.0), number = line.value("number", 1.0);
  double const steps = line.value("steps", 0.0), done = line.value("done", 0.0);
  if (stages <= 0) return;
  bool const is_over = line.value("event", "") == "stage end" || line.value("event", "") == "stage reused";
  double const share = is_over ? 1 : steps > 0 ? std::clamp(done / steps, 0.0, 1.0) : 0;
  moment.share_done = std::clamp((number - 1 + share) / stages, 0.0, 1.0);
}

}  // namespace

std::int64_t free_bytes(std::filesystem::path const& folder) {
  std::error_code unknown;
  auto const space = std::filesystem::space(folder, unknown);
  return unknown ? 0 : static_cast<std::int64_t>(space.available);
}

RunMonitor::RunMonitor(io::Comm const& comm, Places places, drivers::RunRecord const& record)
    : is_at_work_(comm.is_root()), places_(std::move(places)), started_(std::time(nullptr)), record_(record) {
  if (!is_at_work_) return;
  write();
  heartbeat_ = std::jthread([this](std::stop_token const& stop) {
    std::mutex alone;
    std::condition_variable_any wake;
    std::unique_lock lock(alone);
    auto const pause = std::chrono::duration<double>(places_.seconds);
    while (!wake.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); })) write();
  });
}

RunMonitor::~RunMonitor() {
  if (!is_at_work_) return;
  heartbeat_.request_stop();
  heartbeat_.join();
  if (record_.state != "running") return;
  record_.state = "failed";
  write();
}

void RunMonitor::update(drivers::RunRecord const& record) {
  if (!is_at_work_) return;
  {
    std::scoped_lock const lock(mutex_);
    record_ = record;
  }
  write();
}

void RunMonitor::write() {
  std::scoped_lock const lock(mutex_);
  RunMoment moment;
  moment.heartbeat = std::time(nullptr);
  read_progress(places_.run / "status.jsonl", moment);
  moment.started = started_;
  moment.last_published = time_of_pointer(places_.tenant / "current");
  moment.disk_free = free_bytes(places_.tenant);
  if (record_.state == "published" || record_.state == "unchanged") moment.share_done = 1;
  moment.usage = io::process_usage();
  std::string const text = metrics_text(record_, moment);
  io::replace_text(places_.run / "metrics.prom", text);
  if (!places_.copy.empty()) io::replace_text(places_.copy, text);
}

}  // namespace tidemill::jobs
