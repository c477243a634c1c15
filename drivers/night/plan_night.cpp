#include "drivers/night/plan_night.hpp"

#include <algorithm>
#include <cmath>

namespace tidemill::drivers {
namespace {

constexpr double megabyte = 1e6;

// Measured: bytes of an export's line and of a stored line.
constexpr double raw_bytes_of_line = 321;
constexpr double stored_bytes_of_line = 248;
// Each tree costs this much however few rows it is grown from (seconds).
constexpr double seconds_of_tree = 0.0036;
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

// Sales: wall times of two ranks on the generated chain of 842,601 lines and of one rank on that of 7,106 lines give
// the line through both; memory and bytes likewise. Assets: one rank on generated sets of 190,064 pairs (10,000 users,
// 4,000 assets, 800 pictures) and 3,853 pairs (300 users, 160 assets, 80 pictures). What scores all users grows with
// users times assets, which no file tells before it is read: where these stand in another proportion to the pairs, the
// rates of hybrid, judge, champion, recommend and asset_trends are off. Factors, EASE and BPR have rates of the set's
// size only.
constexpr StepRule any_step{"", Unit::line, 0.1, 0, 63, 0, 0.1, 0, 2};
constexpr StepRule any_model{"", Unit::pair, 0.05, 7.5, 63, 150, 0.1, 20, 1};
constexpr StepRule rules[]{
    // name, unit, seconds, per million, MB, per million, MB written, per million lines, files
    {"ingest", Unit::line, 0.35, 21, 42, 430, 0.1, 490, 1},
    {"quality", Unit::line, 0.1, 0.85, 43, 315, 0.1, 0, 2},
    {"daily", Unit::line, 0.1, 6.9, 43, 940, 0.5, 20, 1},
    {"forecast", Unit::line_and_tree, 0.3, 0.0315, 96, 495, 0.8, 2.4, 1},
    {"backtest", Unit::line_and_tree, 0.3, 0.0315, 96, 495, 0.9, 5, 2},
    {"gate", Unit::line, 0.3, 0.1, 96, 495, 0.1, 0, 2},
    {"totals", Unit::line, 0.1, 0.1, 63, 200, 0.7, 3, 1},
    {"elasticity", Unit::line, 0.1, 0.3, 63, 200, 0.1, 0, 1},
    {"price", Unit::line, 0.1, 0.2, 63, 200, 0.1, 0, 2},
    {"menu", Unit::line, 0.1, 7.3, 63, 700, 0.1, 0, 1},
    {"trend", Unit::line, 0.05, 0.1, 63, 200, 0.1, 0, 1},
    {"promotion", Unit::line, 0.1, 7, 63, 700, 0.1, 0, 3},
    {"drift", Unit::line, 0.1, 0.1, 63, 200, 0.1, 0, 2},
    {"results", Unit::line, 0.3, 0.1, 63, 200, 1.4, 5, 17},
    {"publish", Unit::line, 0.2, 0, 63, 0, 2, 5, 20},
    {"catalogue", Unit::pair, 0.05, 0, 63, 0, 0.1, 0, 1},
    {"interactions", Unit::pair, 0.05, 0.6, 57, 0, 0.1, 30, 3},
    {"split", Unit::pair, 0.05, 0.5, 63, 60, 0.1, 60, 4},
    {"model-popularity", Unit::pair, 0.02, 0.3, 63, 60, 0.1, 20, 1},
    {"model-itemknn", Unit::pair, 0.02, 1.2, 63, 60, 0.1, 20, 1},
    {"model-ials", Unit::pair, 0.05, 7.5, 63, 60, 0.1, 20, 1},
    {"model-transitions", Unit::pair, 0.02, 1.9, 63, 260, 0.1, 20, 1},
    {"model-content", Unit::pair, 0.03, 0.5, 63, 150, 0.1, 20, 1},
    {"model-hybrid", Unit::pair, 0.1, 103, 63, 850, 0.1, 20, 1},
    {"judge", Unit::pair, 0.1, 69, 63, 280, 0.1, 0, 2},
    {"champion", Unit::pair, 0.1, 120, 63, 830, 0.1, 20, 2},
    {"recommend", Unit::pair, 0.1, 37, 63, 320, 0.1, 20, 3},
    {"similar", Unit::pair, 0.05, 6.2, 63, 220, 0.1, 5, 2},
    {"asset_trends", Unit::pair, 0.1, 46, 63, 1930, 0.1, 10, 2},
    {"pictures", Unit::picture, 0.1, 7000, 63, 15000, 0.1, 3000, 3},
};

double units_of(Unit unit, NightSize const& size, bool is_back_test) {
  auto const lines = static_cast<double>(expected_lines(size));
  switch (unit) {
    case Unit::line:
      return lines;
    case Unit::line_and_tree:
      return lines * static_cast<double>(size.trees * (is_back_test ? size.origins : 1));
    case Unit::pair:
      return static_cast<double>(size.pairs);
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
    std::int64_t const grown =
        rule.unit == Unit::line_and_tree ? size.trees * (step == "backtest" ? size.origins : 1) : 0;
    // Every rank waits for the search of each tree's splits.
    needed.seconds =
        rule.seconds + rule.seconds_per_million * millions / ranks + seconds_of_tree * static_cast<double>(grown);
    needed.peak_memory = static_cast<std::int64_t>((rule.memory + rule.memory_per_million * rows / ranks) * megabyte);
    if (step == "interactions") needed.peak_memory += size.reading_memory;
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
