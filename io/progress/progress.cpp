#include "io/progress/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace tidemill::io {
namespace {

double seconds_since(std::chrono::steady_clock::time_point from) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

std::string clock_text(double seconds) {
  auto const whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

Progress::Progress(Comm const& comm, Level level)
    : speaks_(comm.is_root()),
      level_(level),
      terminal_(isatty(STDERR_FILENO) == 1),
      started_(Clock::now()),
      drawn_(started_) {}

void Progress::record_to(std::filesystem::path const& folder) {
  if (speaks_) status_.open(folder / "status.jsonl", std::ios::app);
}

void Progress::plan(std::vector<Stage> stages) {
  stages_ = std::move(stages);
  stages_left_behind_ = 0;
  stage_ = -1;
}

void Progress::enter_stage() {
  stage_ = stages_left_behind_;
  stage_started_ = started_ = Clock::now();
  phase_.clear();
  steps_ = done_ = 0;
  record("stage begin", {});
  draw();
}

void Progress::leave_stage(std::string const& summary, bool reused) {
  std::string const label = stage_label();
  double const seconds = seconds_since(stage_started_);
  phase_.clear();
  steps_ = done_ = 0;
  started_ = stage_started_;
  record(reused ? "stage reused" : "stage end", summary);
  ++stages_left_behind_;
  stage_ = -1;
  std::string const time = reused ? "   reused" : fmt::format("{:>7.2f} s", seconds);
  say(fmt::format("{:<34} {}  {}", label, time, summary));
}

void Progress::begin(std::string const& phase, std::int64_t steps) {
  phase_ = phase;
  steps_ = steps;
  done_ = 0;
  started_ = drawn_ = Clock::now();
  record("begin", {});
  draw();
}

void Progress::advance(std::int64_t steps) {
  done_ += steps;
  double const pause = terminal_ ? 0.1 : 10.0;
  if (seconds_since(drawn_) < pause) return;
  drawn_ = Clock::now();
  record("progress", {});
  draw();
}

void Progress::end(std::string const& summary) {
  record("end", summary);
  std::string const line = fmt::format("{:<28} {:>7.2f} s  {}", phase_, seconds_since(started_), summary);
  in_stage() ? detail("  " + line) : say(line);
}

void Progress::say(std::string const& line) {
  if (speaks_ && level_ != Level::quiet) fmt::print(stderr, "{}{}\n", terminal_ ? "\r\033[K" : "", line);
}

void Progress::detail(std::string const& line) {
  if (level_ == Level::verbose) say(line);
}

std::string Progress::stage_label() const {
  return fmt::format("[{:>2}/{}] {}", stage_ + 1, stages_.size(), stages_[static_cast<std::size_t>(stage_)].name);
}

/// How much of the stage is done: from its phase's count; without one from the time it took before.
double Progress::stage_share() const {
  if (steps_ > 0) return static_cast<double>(done_) / static_cast<double>(steps_);
  double const expected = stages_[static_cast<std::size_t>(stage_)].expected_seconds;
  return expected > 0 ? std::min(0.99, seconds_since(stage_started_) / expected) : 0;
}

std::string Progress::time_left() const {
  std::string text;
  if (steps_ > 0 && done_ > 0) {
    double const share = static_cast<double>(done_) / static_cast<double>(steps_);
    text = clock_text(seconds_since(started_) * (1 - share) / share) + " left";
  }
  if (!in_stage()) return text;
  double rest = (1 - stage_share()) * stages_[static_cast<std::size_t>(stage_)].expected_seconds;
  for (std::size_t s = static_cast<std::size_t>(stage_) + 1; s < stages_.size(); ++s)
    rest += stages_[s].expected_seconds;
  return rest > 0 ? text + (text.empty() ? "" : ", ") + clock_text(rest) + " for all" : text;
}

void Progress::draw() {
  if (!speaks_ || level_ == Level::quiet || (steps_ <= 0 && !in_stage())) return;
  std::string const label = !in_stage() ? phase_ : phase_.empty() ? stage_label() : stage_label() + ": " + phase_;
  double const share = in_stage() ? stage_share() : static_cast<double>(done_) / static_cast<double>(steps_);
  if (terminal_) {
    constexpr int width = 24;
    auto const filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * width);
    fmt::print(stderr, "\r\033[K{:<34} [{:<24}] {:>3.0f} %  {}", label, std::string(filled, '='), share * 100,
               time_left());
    std::fflush(stderr);
  } else if (done_ > 0) {
    fmt::print(stderr, "{}: {} of {}, {}\n", label, done_, steps_, time_left());
  }
}

void Progress::record(std::string const& event, std::string const& summary) {
  if (!status_.is_open()) return;
  auto const time = std::chrono::system_clock::now().time_since_epoch();
  nlohmann::json line{{"time", std::chrono::duration_cast<std::chrono::milliseconds>(time).count()},
                      {"event", event},
                      {"seconds", seconds_since(started_)}};
  if (in_stage()) {
    line["stage"] = stages_[static_cast<std::size_t>(stage_)].name;
    line["number"] = stage_ + 1;
    line["stages"] = stages_.size();
  }
  if (!phase_.empty()) line.update({{"phase", phase_}, {"done", done_}, {"steps", steps_}});
  if (!summary.empty()) line["summary"] = summary;
  // One write per line, so that a reader never sees half of one.
  status_ << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n" << std::flush;
}

}  // namespace tidemill::io
