#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include "io/progress/status_log.hpp"
#include "io/store/posix.hpp"
#include "jobs/night/alerts.hpp"
#include "jobs/night/run_metrics.hpp"
#include "jobs/night/run_monitor.hpp"
#include "tests/support/world.hpp"

namespace tidemill::jobs {
namespace {

using tests::ScratchFolder;
using tests::world;

drivers::RunRecord watched_record() {
  drivers::RunRecord record;
  record.run = "20260101T000000-1";
  record.tenant = "de\"mo\\";
  record.state = "running";
  record.ranks = 2;
  drivers::StepRecord step;
  step.name = "forecast";
  step.title = "Demand forecast";
  step.seconds = 20;
  step.rank_seconds = {20, 20};
  step.work_seconds = {20, 2};
  step.peak_memory = {100, 200};
  step.rank_bytes_read = {1, 2};
  step.rank_bytes_written = {3, 4};
  step.figures = {{"rows_read", {}, 1000},
                  {"rows_quarantined", {}, 30},
                  {"forecast_wape", {{"model", "boost"}, {"use", "night"}}, 0.4},
                  {"forecast_wape", {{"model", "last_value"}, {"use", "comparison"}}, 0.9},
                  {"drift_level", {{"of", "sales"}, {"column", "units"}}, 2},
                  {"drift_level", {{"of", "sales"}, {"column", "orders"}}, 1}};
  record.steps = {step};
  record.plan = {{"forecast", 18, 1000, 10, 1}};
  record.alerts = {{"drift-level", "critical", "a\nb", 2, 2}};
  return record;
}

/// Lines of the text format 0.0.4: HELP, TYPE, then samples of that family; no family twice.
std::set<std::string> families_of(std::string const& text) {
  static std::regex const sample(
      R"re(([a-zA-Z_][a-zA-Z0-9_]*)(\{[a-z_]+="([^"\\]|\\["\\n])*"(,[a-z_]+="([^"\\]|\\["\\n])*")*\})? (-?[0-9.]+(e[+-]?[0-9]+)?|NaN|[+-]Inf))re");
  std::set<std::string> families;
  std::istringstream lines(text);
  std::string family;
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(families.insert(family).second) << family << " twice";
    } else if (line.starts_with("# TYPE ")) {
      EXPECT_EQ(line, "# TYPE " + family + " gauge");
    } else {
      EXPECT_TRUE(std::regex_match(line, found, sample)) << line;
      EXPECT_EQ(found[1], family) << line;
    }
  }
  EXPECT_TRUE(text.ends_with("\n"));
  return families;
}

TEST(Watching, MetricsFollowTheFormatAndHaveWhatTheShippedRulesAskFor) {
  std::set<std::string> const families = families_of(metrics_text(watched_record(), {100, 90, 50, 10, 5, 0.5, {}}));
  std::string const rules = io::read_file(TIDEMILL_SOURCE_DIR "/configs/alerts.rules.yml");
  static std::regex const name("tidemill_[a-z_]+");
  int asked = 0;
  for (std::sregex_iterator at(rules.begin(), rules.end(), name), end; at != end; ++at, ++asked) {
    EXPECT_TRUE(families.contains(at->str())) << at->str();
  }
  EXPECT_GE(asked, 10);
  std::string const text = metrics_text(watched_record(), {100, 90, 50, 10, 5, 0.5, {}});
  for (char const* const line :
       {"tidemill_step_imbalance_ratio{step=\"forecast\",tenant=\"de\\\"mo\\\\\"} 1.8181818181818181\n",
        "tidemill_step_rank_peak_memory_bytes{rank=\"1\",step=\"forecast\",tenant=\"de\\\"mo\\\\\"} 200\n",
        "tidemill_run_state{state=\"running\",tenant=\"de\\\"mo\\\\\"} 1\n",
        "tidemill_run_heartbeat_timestamp_seconds{tenant=\"de\\\"mo\\\\\"} 100\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

TEST(Watching, EachShippedRuleHasATestThatTripsIt) {
  std::string const rules = io::read_file(TIDEMILL_SOURCE_DIR "/configs/alerts.rules.yml");
  std::string const tests = io::read_file(TIDEMILL_SOURCE_DIR "/configs/alerts.test.yml");
  static std::regex const alert("- alert: ([A-Za-z]+)");
  int found = 0;
  for (std::sregex_iterator at(rules.begin(), rules.end(), alert), end; at != end; ++at, ++found) {
    std::regex const trips("alertname: " + at->str(1) + "\n +exp_alerts:\n +- exp_labels:");
    EXPECT_TRUE(std::regex_search(tests, trips)) << at->str(1);
  }
  EXPECT_EQ(found, 9);
}

std::vector<std::string> rules_broken(AlertLimits const& limits, NightMoment const& moment = {}) {
  std::vector<std::string> rules;
  for (drivers::Alert const& alert : alerts_of(watched_record(), limits, moment)) rules.push_back(alert.rule);
  return rules;
}

TEST(Watching, EachLimitIsTrippedByItsOwnRule) {
  AlertLimits const none{0, 0, 0, 0, 0, 0};
  EXPECT_TRUE(rules_broken(none, {1e9, 0}).empty());
  auto const trips = [&](auto change, NightMoment const& moment) {
    AlertLimits limits = none;
    change(limits);
    return rules_broken(limits, moment);
  };
  using Rules = std::vector<std::string>;
  EXPECT_EQ(trips([](auto& l) { l.quarantine_share = 0.029; }, {}), Rules{"quarantine-share"});
  EXPECT_EQ(trips([](auto& l) { l.quarantine_share = 0.03; }, {}), Rules{});
  EXPECT_EQ(trips([](auto& l) { l.drift_level = 2; }, {}), Rules{"drift-level"});
  EXPECT_EQ(trips([](auto& l) { l.drift_level = 1; }, {}), (Rules{"drift-level", "drift-level"}));
  EXPECT_EQ(trips([](auto& l) { l.imbalance = 1.8; }, {}), Rules{"imbalance"});
  EXPECT_EQ(trips([](auto& l) { l.imbalance = 1.9; }, {}), Rules{});
  EXPECT_EQ(trips([](auto& l) { l.night_seconds = 60; }, {61, -1}), Rules{"night-seconds"});
  EXPECT_EQ(trips([](auto& l) { l.night_seconds = 60; }, {60, -1}), Rules{});
  EXPECT_EQ(trips([](auto& l) { l.disk_reserve_gb = 1; }, {0, 999999999}), Rules{"disk-reserve-gb"});
  EXPECT_EQ(trips([](auto& l) { l.disk_reserve_gb = 1; }, {0, 1000000000}), Rules{});
  EXPECT_EQ(trips([](auto& l) { l.forecast_wape = 0.3; }, {}), Rules{"forecast-wape"});
}

TEST(Watching, AlertsAreLinesOfJson) {
  ScratchFolder const folder;
  if (!world().is_root()) return;
  drivers::RunRecord record = watched_record();
  record.message = "no space \"left\"\n";
  write_alerts(folder.path(), {});
  EXPECT_FALSE(std::filesystem::exists(folder / "alerts.jsonl"));
  write_alerts(folder.path(), alerts_of(record, {}, {0, 0}));
  write_alerts(folder.path(), {failure_alert(record)});
  std::vector<std::string> rules;
  for (std::string const& line : io::status_lines(folder / "alerts.jsonl")) {
    nlohmann::json const alert = nlohmann::json::parse(line);
    rules.push_back(alert.at("rule"));
    EXPECT_TRUE(alert.contains("time") && alert.contains("severity") && !alert.at("message").empty());
  }
  EXPECT_EQ(rules, (std::vector<std::string>{"quarantine-share", "drift-level", "disk-reserve-gb", "run-failed"}));
}

std::string monitored_value(std::filesystem::path const& file, std::string const& metric) {
  std::string const text = io::read_file(file);
  std::size_t const at = text.find("\n" + metric + "{");
  std::size_t const value = at == std::string::npos ? at : text.find("} ", at);
  return value == std::string::npos ? "" : text.substr(value + 2, text.find('\n', value) - value - 2);
}

TEST(Watching, TheHeartbeatGoesOnByItselfAndARunThatVanishesIsNotShownAsRunning) {
  ScratchFolder const folder;
  if (!world().is_root()) return;
  std::filesystem::path const file = folder / "metrics.prom", copy = folder / "copy.prom";
  drivers::RunRecord record = watched_record();
  record.tenant = "demo";
  std::ofstream(folder / "status.jsonl")
      << R"({"time":1700000000000,"event":"progress","number":2,"stages":4,"done":1,"steps":2})" << '\n';
  {
    RunMonitor monitor(io::Comm::self(), {folder.path(), folder.path(), copy, 0.01}, record);
    EXPECT_EQ(monitored_value(file, "tidemill_run_progress_ratio"), "0.375");
    EXPECT_EQ(monitored_value(file, "tidemill_run_last_progress_timestamp_seconds"), "1700000000");
    std::filesystem::remove(copy);
    for (int tries = 0; tries < 500 && !std::filesystem::exists(copy); ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_TRUE(std::filesystem::exists(copy)) << "no heartbeat";
    EXPECT_NE(io::read_file(file).find("{state=\"running\",tenant=\"demo\"} 1"), std::string::npos);
  }
  EXPECT_NE(io::read_file(file).find("{state=\"failed\",tenant=\"demo\"} 1"), std::string::npos);
  record.state = "published";
  RunMonitor monitor(io::Comm::self(), {folder.path(), folder.path(), {}, 60}, record);
  EXPECT_EQ(monitored_value(file, "tidemill_run_progress_ratio"), "1");
}

}  // namespace
}  // namespace tidemill::jobs
