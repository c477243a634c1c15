#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "drivers/night/step_record.hpp"

namespace tidemill::jobs {

/// Section [alerts]: the limits that a night is judged by at its end. 0 switches a rule off.
struct AlertLimits {
  double quarantine_share = 0.02;  ///< rows set aside / rows read
  double drift_level = 2;          ///< 1: moderate drift of a column alerts, 2: major
  double imbalance = 2;            ///< most work of a rank / mean of the ranks, of steps from 10 s on
  double night_seconds = 0;        ///< the night should take no longer
  double disk_reserve_gb = 1;      ///< free space that should be left, 10^9 bytes
  double forecast_wape = 0;        ///< error of the forecast in the back-test
};

void add_alert_options(boost::program_options::options_description& out, AlertLimits& limits);

/// What only the end of a run tells.
struct NightMoment {
  double seconds = 0;           ///< since the run began
  std::int64_t disk_free = -1;  ///< bytes where the store lies; below 0: not known
};

/// The limits that a run broke, in the order of the rules, then of the steps.
std::vector<drivers::Alert> alerts_of(drivers::RunRecord const& record, AlertLimits const& limits,
                                      NightMoment const& moment);

/// The alert of a run that ended with an error.
drivers::Alert failure_alert(drivers::RunRecord const& record);

/// Appends each as a line of JSON with the time to alerts.jsonl in a run folder. Nothing else is done about them: what
/// reads the lines or metrics.prom decides whom to tell. Not collective.
void write_alerts(std::filesystem::path const& run_folder, std::vector<drivers::Alert> const& alerts);

}  // namespace tidemill::jobs
