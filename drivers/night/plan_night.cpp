#include "drivers/night/plan_night.hpp"

#include <algorithm>
#include <cmath>

namespace tidemill::drivers {
namespace {

constexpr double megabyte = 1e6;

// Measured: bytes of an export's line, of a stored line, of a line of interactions.
constexpr double raw_bytes_of_line = 321;
constexpr double stored_bytes_of_line = 248;
constexpr double bytes_of_pair = 24;
constexpr double megabytes_of_tree = 0.0107;  // with its checkpoints, until the next one replaces them

enum class Unit { line, line_and_tree, pair, picture };

/// Per million units, and what does not depend on them.
struct StepRule {
  char const* name;
  Unit unit;
  double seconds, seconds_per_million;
  double memory, memory_per_million;    ///< MB
  double written, written_per_million;  ///< MB
  std::int64_t files;
};

// Processor time of ingest, daily, quality and forecast: measured on the generated chain of 842,601 lines, one rank;
// backtest is set equal to forecast, menu and promotion come from wall times of two ranks times two, the rest are
// estimates. Memory and bytes of ingest, daily, totals and results: that chain and the small one of 7,368 lines, a line
// through both; the memory slopes of 200 and 700 MB per million lines and everything of pairs are estimates.
constexpr StepRule any_step{"", Unit::line, 0.1, 0, 63, 0, 0.1, 0, 2};
constexpr StepRule any_model{"", Unit::pair, 0.1, 5, 63, 150, 0.1, 20, 1};
constexpr StepRule rules[]{
    // name, unit, seconds, per million, MB, per million, MB written, per million lines, files
    {"ingest", Unit::line, 0.1, 18, 42, 430, 0.1, 490, 1},
    {"quality", Unit::line, 0.1, 0.5, 43, 315, 0.1, 0, 2},
    {"daily", Unit::line, 0.1, 5.6, 43, 940, 0.5, 20, 1},
    {"forecast", Unit::line_and_tree, 0.3, 0.0217, 96, 495, 0.8, 2.4, 1},
    {"backtest", Unit::line_and_tree, 0.3, 0.0217, 96, 495, 0.9, 5, 2},
    {"totals", Unit::line, 0.1, 0.1, 63, 200, 0.7, 3, 1},
    {"elasticity", Unit::line, 0.1, 0.3, 63, 200, 0.1, 0, 1},
    {"price", Unit::line, 0.1, 0.2, 63, 200, 0.1, 0, 2},
    {"menu", Unit::line, 0.1, 7.5, 63, 700, 0.1, 0, 1},
    {"trend", Unit::line, 0.1, 0.1, 63, 200, 0.1, 0, 1},
    {"promotion", Unit::line, 0.1, 7, 63, 700, 0.1, 0, 3},
    {"drift", Unit::line, 0.1, 0.3, 63, 200, 0.1, 0, 2},
    {"results", Unit::line, 0.3, 0.1, 63, 200, 1.4, 5, 17},
    {"publish", Unit::line, 0.2, 0, 63, 0, 2, 5, 20},
    {"interactions", Unit::pair, 0.1, 3, 63, 300, 0.1, 30, 2},
    {"pictures", Unit::picture, 0.1, 9000, 63, 0, 0.1, 3000, 3},
};

double units_of(Unit unit, NightSize const& size, bool is_back_test) {
  auto const lines = static_cast<double>(expected_lines(size));
  switch (unit) {
    case Unit::line:
      return lines;
    case Unit::line_and_tree:
      return lines * static_cast<double>(size.trees * (is_back_test ? size.origins : 1));
    case Unit::pair:
      return static_cast<double>(size.pair_bytes) / bytes_of_pair;
    default:
      return static_cast<double>(size.pictures);
  }
}

StepRule const& rule_of(std::string const& step) {
  auto const known =
      std::find_if(std::begin(rules), std::end(rules), [&](auto const& rule) { return step == rule.name; });
  if (known != std::end(rules)) return *known;
  return step.starts_with("model-") ? any_model : any_step;
}

}  // namespace

std::int64_t expected_lines(NightSize const& size) {
  // What is ingested anew replaces what the store holds of the same days; the larger of both is looked at.
  double const raw = static_cast<double>(size.raw_bytes) / raw_bytes_of_line;
  double const stored = static_cast<double>(size.stored_bytes) / stored_bytes_of_line;
  return static_cast<std::int64_t>(std::max(raw, stored));
}

std::vector<StepPlan> plan_steps(std::vector<std::string> const& steps, NightSize const& size) {
  std::vector<StepPlan> plan;
  auto const ranks = static_cast<double>(std::max(1, size.ranks));
  for (std::string const& step : steps) {
    StepRule const& rule = rule_of(step);
    double const millions = units_of(rule.unit, size, step == "backtest") / 1e6;
    // Trees need memory for the rows alone.
    double const rows = rule.unit == Unit::line_and_tree ? units_of(Unit::line, size, false) / 1e6 : millions;
    StepPlan needed;
    needed.name = step;
    needed.seconds = rule.seconds + rule.seconds_per_million * millions / ranks;
    needed.peak_memory = static_cast<std::int64_t>((rule.memory + rule.memory_per_million * rows / ranks) * megabyte);
    double const trees = rule.unit == Unit::line_and_tree ? static_cast<double>(size.trees) * megabytes_of_tree : 0;
    needed.bytes_written =
        static_cast<std::int64_t>((rule.written + trees + rule.written_per_million * rows) * megabyte);
    needed.files = rule.files;
    plan.push_back(needed);
  }
  return plan;
}

double checkpoint_interval(double checkpoint_seconds, double seconds_between_failures) {
  return std::sqrt(2 * checkpoint_seconds * seconds_between_failures);
}

}  // namespace tidemill::drivers
