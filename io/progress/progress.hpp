#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// One step of a planned run.
struct Stage {
  std::string name;
  double expected_seconds = 0;  ///< what it took the last time; 0 when not known
};

/// Tells people how far a run is: one line with a bar and the time left on a terminal (or a line every ten seconds
/// into a log), and JSON lines in the run folder. Not collective: only rank 0 speaks, other ranks' calls do nothing.
/// A run of several stages plans them first; the phases that a stage begins are then shown as part of it.
class Progress {
 public:
  enum class Level { quiet, normal, verbose };
  Progress(Comm const& comm, Level level);
  /// Appends events to FOLDER/status.jsonl from here on.
  void record_to(std::filesystem::path const& folder);

  void plan(std::vector<Stage> stages);
  /// Stages are entered in the order of the plan.
  void enter_stage();
  /// `reused`: its result was there already.
  void leave_stage(std::string const& summary, bool reused = false);

  void begin(std::string const& phase, std::int64_t steps);
  void advance(std::int64_t steps = 1);
  /// Ends the phase; `summary` is printed beside the time it took (inside a stage only when verbose).
  void end(std::string const& summary = {});
  /// A line for people, printed unless quiet.
  void say(std::string const& line);
  /// A line printed only when verbose.
  void detail(std::string const& line);

 private:
  using Clock = std::chrono::steady_clock;
  bool in_stage() const { return stage_ >= 0; }
  std::string stage_label() const;
  std::string time_left() const;
  double stage_share() const;
  void draw();
  void record(std::string const& event, std::string const& summary);

  bool speaks_;
  Level level_;
  bool terminal_;
  std::string phase_;
  std::int64_t steps_ = 0;
  std::int64_t done_ = 0;
  Clock::time_point started_;
  Clock::time_point drawn_;
  std::vector<Stage> stages_;
  int stages_left_behind_ = 0;
  int stage_ = -1;
  Clock::time_point stage_started_;
  std::ofstream status_;
};

}  // namespace tidemill::io
