#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tidemill::drivers {

/// How a step went in one run.
struct StepRecord {
  std::string name;
  std::string title;
  std::string key;
  bool reused = false;
  double seconds = 0;  ///< the slowest rank's; of this run, so small when reused
  std::int64_t rows = 0;
  std::string summary;
  std::vector<std::int64_t> peak_memory;      ///< bytes, per rank
  std::int64_t bytes_read = 0;                ///< all ranks together
  std::int64_t bytes_written = 0;             ///< all ranks together
  std::map<std::string, std::string> files;   ///< path inside the step's folder -> digest
  std::map<std::string, std::string> inputs;  ///< what its key was made from: name -> digest
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
};

std::string to_json(RunRecord const& record);
/// Throws DataError naming `where` when the text is not a record of this form.
RunRecord run_record_from_json(std::string const& text, std::string const& where);

std::string to_json(StepRecord const& record);
StepRecord step_record_from_json(std::string const& text, std::string const& where);

}  // namespace tidemill::drivers
