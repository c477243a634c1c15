#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tidemill::drivers {

/// A number that a step wants watched, such as the error of a model; metrics.prom and alerts have it.
struct Figure {
  std::string name;                           ///< as in metrics.prom, without the program's name before it
  std::map<std::string, std::string> labels;  ///< model, column, ...
  double value = 0;                           ///< finite
};

/// What `plan` says that a step will need.
struct StepPlan {
  std::string name;
  double seconds = 0;
  std::int64_t peak_memory = 0;    ///< bytes, of the rank with most
  std::int64_t bytes_written = 0;  ///< all ranks together
  std::int64_t files = 0;
};

/// One rule of the configured limits that a night broke.
struct Alert {
  std::string rule;      ///< as the key that sets its limit
  std::string severity;  ///< warning or critical
  std::string message;   ///< what was found, where, and what to do
  double value = 0;
  double limit = 0;
};

/// How a step went in one run.
struct StepRecord {
  std::string name;
  std::string title;
  std::string key;
  bool reused = false;
  double seconds = 0;  ///< the slowest rank's; of this run, so small when reused
  std::int64_t rows = 0;
  std::string summary;
  std::vector<std::int64_t> peak_memory;         ///< bytes, per rank
  std::int64_t bytes_read = 0;                   ///< all ranks together
  std::int64_t bytes_written = 0;                ///< all ranks together
  std::map<std::string, std::string> files;      ///< path inside the step's folder -> digest
  std::map<std::string, std::string> inputs;     ///< what its key was made from: name -> digest
  std::vector<double> rank_seconds;              ///< of each rank, its waiting for others included
  std::vector<double> work_seconds;              ///< of each rank, without what it spent inside collective calls
  std::vector<std::int64_t> rank_bytes_read;     ///< per rank
  std::vector<std::int64_t> rank_bytes_written;  ///< per rank
  double saved_seconds = 0;                      ///< of a reused step: what it took when it ran, less `seconds`
  std::vector<Figure> figures;
};

/// How a whole run went: record.json of the run folder.
struct RunRecord {
  std::string run;
  std::string program_version;
  std::string tenant;
  std::string date;     ///< business date of the night, YYYY-MM-DD
  std::string started;  ///< UTC, ISO 8601
  std::string state;    ///< running, stopped, failed, published, unchanged
  std::string message;  ///< why it stopped or failed
  std::string host;
  std::int64_t process = 0;  ///< of rank 0
  int ranks = 0;
  std::uint64_t seed = 0;
  double seconds = 0;
  std::string config;
  std::string night_digest;
  std::string title;     ///< of the report
  std::string currency;  ///< ISO 4217
  double interval = 0;   ///< share of days that forecast ranges are meant to hold
  std::vector<StepRecord> steps;
  std::vector<StepPlan> plan;  ///< made before the first step
  std::vector<Alert> alerts;
  std::int64_t evicted_steps = 0;  ///< that the bounds of the cache left no room for, after the night was published
  std::int64_t evicted_bytes = 0;
  std::string finished;  ///< UTC, ISO 8601; empty while it runs
};

/// Most work of a rank over the mean of the ranks: 1 is even. 1 when nothing was measured.
double imbalance(StepRecord const& step);

std::string to_json(RunRecord const& record);
/// Throws DataError naming `where` when the text is not a record of this form.
RunRecord run_record_from_json(std::string const& text, std::string const& where);

std::string to_json(StepRecord const& record);
StepRecord step_record_from_json(std::string const& text, std::string const& where);

}  // namespace tidemill::drivers
