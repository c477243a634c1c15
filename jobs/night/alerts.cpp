#include "jobs/night/alerts.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "io/progress/status_log.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

using drivers::Alert;
constexpr double shortest_step_judged = 10;  // seconds; shorter ones are uneven by chance
constexpr double gigabyte = 1e9;

/// The sum of all figures of a name.
double sum_of_figures(drivers::RunRecord const& record, std::string const& name) {
  double sum = 0;
  for (drivers::StepRecord const& step : record.steps) {
    for (drivers::Figure const& figure : step.figures) sum += figure.name == name ? figure.value : 0;
  }
  return sum;
}

void judge_quarantine(drivers::RunRecord const& record, double limit, std::vector<Alert>& alerts) {
  double const read = sum_of_figures(record, "rows_read");
  double const share = read > 0 ? sum_of_figures(record, "rows_quarantined") / read : 0;
  if (limit <= 0 || share <= limit) return;
  alerts.push_back({"quarantine-share", "warning",
                    fmt::format("{:.2f} % of the raw rows were set aside, the limit is {:.2f} %; the reasons are in "
                                "csv/quarantine.csv and csv/interaction_quarantine.csv of the night",
                                share * 100, limit * 100),
                    share, limit});
}

void judge_drift(drivers::RunRecord const& record, double limit, std::vector<Alert>& alerts) {
  if (limit <= 0) return;
  for (drivers::StepRecord const& step : record.steps) {
    for (drivers::Figure const& figure : step.figures) {
      if (figure.name != "drift_level" || figure.value < limit) continue;
      auto const label = [&](char const* name) {
        auto const found = figure.labels.find(name);
        return found == figure.labels.end() ? std::string() : found->second;
      };
      alerts.push_back({"drift-level", "warning",
                        fmt::format("{} of {} has shifted against its reference; see csv/drift.csv of the night",
                                    label("column"), label("of")),
                        figure.value, limit});
    }
  }
}

void judge_imbalance(drivers::RunRecord const& record, double limit, std::vector<Alert>& alerts) {
  for (drivers::StepRecord const& step : record.steps) {
    double const ratio = drivers::imbalance(step);
    if (limit <= 0 || step.reused || step.seconds < shortest_step_judged || ratio <= limit) continue;
    alerts.push_back(
        {"imbalance", "warning",
         fmt::format("in step {} one rank worked {:.2f} times the mean of the ranks, the limit is {}; look "
                     "at slow nodes and at very large locations",
                     step.name, ratio, limit),
         ratio, limit});
  }
}

void judge_forecast(drivers::RunRecord const& record, double limit, std::vector<Alert>& alerts) {
  for (drivers::StepRecord const& step : record.steps) {
    for (drivers::Figure const& figure : step.figures) {
      bool const is_ours = figure.labels.contains("use") && figure.labels.at("use") == "night";
      if (limit <= 0 || figure.name != "forecast_wape" || !is_ours || figure.value <= limit) continue;
      alerts.push_back({"forecast-wape", "warning",
                        fmt::format("the forecast missed by {:.1f} % of sales in the back-test, the limit is {:.1f} %",
                                    figure.value * 100, limit * 100),
                        figure.value, limit});
    }
  }
}

}  // namespace

void add_alert_options(po::options_description& out, AlertLimits& limits) {
  auto add = out.add_options();
  auto const number = [](double& value) { return po::value(&value)->default_value(value); };
  add("alerts.quarantine-share", number(limits.quarantine_share), "alert past this share of rows set aside; 0: never");
  add("alerts.drift-level", number(limits.drift_level), "alert from this drift of a column on: 1 moderate, 2 major");
  add("alerts.imbalance", number(limits.imbalance), "alert past this ratio of the busiest rank's work to the mean");
  add("alerts.night-seconds", number(limits.night_seconds), "alert when a night takes longer; 0: never");
  add("alerts.disk-reserve-gb", number(limits.disk_reserve_gb), "alert when less space than this is free, 10^9 bytes");
  add("alerts.forecast-wape", number(limits.forecast_wape), "alert past this error of the forecast; 0: never");
}

std::vector<Alert> alerts_of(drivers::RunRecord const& record, AlertLimits const& limits, NightMoment const& moment) {
  std::vector<Alert> alerts;
  judge_quarantine(record, limits.quarantine_share, alerts);
  judge_drift(record, limits.drift_level, alerts);
  judge_imbalance(record, limits.imbalance, alerts);
  if (limits.night_seconds > 0 && moment.seconds > limits.night_seconds) {
    alerts.push_back({"night-seconds", "warning",
                      fmt::format("the night has taken {:.0f} s, the limit is {:.0f} s; its steps' times are in the "
                                  "report",
                                  moment.seconds, limits.night_seconds),
                      moment.seconds, limits.night_seconds});
  }
  double const free = static_cast<double>(moment.disk_free) / gigabyte;
  if (limits.disk_reserve_gb > 0 && moment.disk_free >= 0 && free < limits.disk_reserve_gb) {
    alerts.push_back({"disk-reserve-gb", "critical",
                      fmt::format("{:.2f} GB are free where the store lies, {:.2f} GB should be; free space before the "
                                  "next night",
                                  free, limits.disk_reserve_gb),
                      free, limits.disk_reserve_gb});
  }
  judge_forecast(record, limits.forecast_wape, alerts);
  return alerts;
}

Alert failure_alert(drivers::RunRecord const& record) {
  return {"run-failed", "critical", "the run ended with an error: " + record.message, 1, 0};
}

void write_alerts(std::filesystem::path const& run_folder, std::vector<Alert> const& alerts) {
  if (alerts.empty()) return;
  io::StatusLog log;
  log.open(run_folder / "alerts.jsonl");
  for (Alert const& alert : alerts) {
    nlohmann::json const line{{"time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
                              {"rule", alert.rule},
                              {"severity", alert.severity},
                              {"message", alert.message},
                              {"value", alert.value},
                              {"limit", alert.limit}};
    log.append(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
}

}  // namespace tidemill::jobs
