#include "drivers/night/plan_night.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace tidemill::drivers {
namespace {

constexpr double megabyte = 1e6;
/// Bytes of an export's line where the rates of ingest were measured.
constexpr double usual_line = 321;
/// All pairs are so many times those that are left when two of each user are held out.
constexpr double pairs_more = 1.1;

enum class Unit {
  none,
  export_byte,
  line,
  line_and_tree,
  tree,
  pair,
  user,
  asset,
  user_and_asset,
  asset_and_asset,
  asset_cubed,
  asset_with_trend,
  picture,
  text_byte,
  text_byte_and_class,
  text_weight
};

/// Per million units. Time and memory are shared by the ranks, but for a tree: every rank waits for the search of its
/// splits.
struct UnitRate {
  Unit unit = Unit::none;
  double seconds = 0, memory = 0, written = 0;  ///< memory and written: MB
};

struct StepRule {
  char const* name;
  double seconds, memory, written;  ///< whatever the work; MB
  std::int64_t files;
  std::int64_t published;  ///< files that the results have of it
  std::array<UnitRate, 4> rates = {};
  int best_models = 0;  ///< files of tonight's best model that it writes
};

// Fitted to the nights of `fitted` in validation/watching/plans.py, and times of sales to an idle machine.
constexpr StepRule any_step{"", 0.1, 45, 0.1, 2, 0};
constexpr StepRule any_model{"", 0.05, 45, 0.1, 1, 0, {{{Unit::pair, 7.5, 150, 12}, {Unit::asset, 15, 0, 700}}}};
constexpr StepRule rules[]{
    {"ingest", .2, 44, .1, 1, 0, {{{Unit::export_byte, 21 / usual_line, 516 / usual_line, 245 / usual_line}}}},
    {"quality", .05, 44, .05, 2, 2, {{{Unit::line, .85, 380, 0}}}},
    {"daily", .05, 44, .2, 1, 0, {{{Unit::line, 6.9, 1300, 10}}}},
    {"forecast",
     .3,
     90,
     .8,
     1,
     0,
     {{{Unit::line_and_tree, .0315, 0, 0}, {Unit::line, 0, 600, 1.7}, {Unit::tree, 3600, 0, 4000}}}},
    {"backtest",
     .3,
     90,
     .9,
     2,
     1,
     {{{Unit::line_and_tree, .0315, 0, 0}, {Unit::line, 0, 600, 4.4}, {Unit::tree, 3600, 0, 1000}}}},
    {"gate", .15, 90, .7, 3, 3, {{{Unit::line, .3, 600, 1.1}, {Unit::tree, 0, 0, 5000}}}},
    {"totals", .03, 60, .3, 1, 1, {{{Unit::line, .1, 300, .7}}}},
    {"elasticity", .03, 60, .05, 1, 1, {{{Unit::line, .3, 300, 0}}}},
    {"price", .05, 60, .1, 2, 2, {{{Unit::line, .4, 300, .5}}}},
    {"menu", .05, 60, .05, 1, 1, {{{Unit::line, 7.3, 1400, 0}}}},
    {"trend", .03, 60, .05, 1, 1, {{{Unit::line, .1, 300, 0}}}},
    {"promotion", .05, 60, .1, 3, 3, {{{Unit::line, 7, 1400, .2}}}},
    {"drift", .05, 60, .05, 2, 2, {{{Unit::line, .1, 300, 0}}}},
    {"results",
     .15,
     60,
     .6,
     2,
     0,
     {{{Unit::user, 25, 0, 1860}, {Unit::asset, 25, 0, 1000}, {Unit::line, 1, 0, 3}, {Unit::text_weight, .03, 0, 8}}},
     2},
    {"publish",
     .1,
     60,
     .8,
     0,
     0,
     {{{Unit::user, 18, 0, 1860}, {Unit::asset, 30, 0, 1000}, {Unit::line, .5, 0, 3}, {Unit::text_weight, .03, 0, 8}}},
     2},
    {"catalogue", .03, 40, .05, 1, 1, {{{Unit::asset, 10, 1000, 255}}}},
    {"interactions", .03, 42, .1, 3, 2, {{{Unit::pair, .7, 0, 12}}}},
    {"in_use", .02, 45, .01, 1, 0},
    {"split", .03, 45, .1, 4, 0, {{{Unit::pair, .5, 100, 26}}}},
    {"model-popularity", .02, 45, .05, 1, 0, {{{Unit::pair, .3, 60, 11}}}},
    {"model-itemknn", .02, 45, .1, 1, 0, {{{Unit::pair, .5, 100, 11}, {Unit::asset, 15, 2500, 700}}}},
    {"model-ials", .05, 45, .05, 1, 0, {{{Unit::pair, 7.2, 60, 11}, {Unit::asset, 50, 0, 300}}}},
    // Its time and memory are those of the matrix of items by items.
    {"model-ease",
     .05,
     45,
     .1,
     1,
     0,
     {{{Unit::pair, 1, 60, 11}, {Unit::asset_and_asset, .05, 0, 5.8}, {Unit::asset_cubed, 7e-5, 0, 0}}}},
    {"model-transitions", .02, 45, .05, 1, 0, {{{Unit::pair, 1.9, 310, 15}, {Unit::asset, 5, 0, 700}}}},
    {"model-content", .03, 54, .05, 1, 0, {{{Unit::pair, .2, 100, 11}, {Unit::asset, 15, 1500, 380}}}},
    {"model-hybrid",
     .05,
     45,
     .1,
     1,
     0,
     {{{Unit::pair, 55, 650, 13}, {Unit::user_and_asset, .384, .5, 0}, {Unit::asset, 0, 4000, 2000}}}},
    {"judge",
     .05,
     45,
     .05,
     1,
     1,
     {{{Unit::pair, 10, 60, 0}, {Unit::user_and_asset, .255, 0, 0}, {Unit::asset, 0, 10000, 0}}}},
    {"champion", 0, 0, 0, 1, 0, {}, 1},
    {"recommender_gate",
     .1,
     45,
     .1,
     3,
     3,
     {{{Unit::pair, 5, 300, 0}, {Unit::user_and_asset, .115, 0, 0}, {Unit::asset, 0, 10000, 0}}},
     2},
    {"content_rung", .02, 54, .05, 1, 0, {{{Unit::pair, .3, 100, 12}, {Unit::asset, 15, 1500, 400}}}},
    {"recommend",
     .05,
     45,
     .05,
     4,
     4,
     {{{Unit::pair, 6, 300, 0}, {Unit::user_and_asset, .17, 0, 0}, {Unit::user, 0, 0, 930}}}},
    {"similar", .02, 45, .05, 2, 2, {{{Unit::asset_and_asset, .085, 0, 0}, {Unit::asset, 0, 10000, 300}}}},
    {"asset_trends", .1, 45, .05, 2, 2, {{{Unit::asset_with_trend, 2400, 85000, 100}, {Unit::pair, .5, 100, 0}}}},
    {"texts",
     .1,
     100,
     .1,
     3,
     1,
     {{{Unit::text_byte, 1.5, 0, 0}, {Unit::text_byte_and_class, .24, 0, 0}, {Unit::text_weight, 0, 28, 40}}}},
    {"text_gate",
     .1,
     90,
     .1,
     3,
     3,
     {{{Unit::text_byte, 1.2, 0, 0}, {Unit::text_byte_and_class, .01, 0, 0}, {Unit::text_weight, 0, 17, 8}}}},
    {"pictures", .1, 45, .05, 3, 2, {{{Unit::picture, 8000, 15000, 450}}}},
};

/// Those with enough interactions in the time looked at, where a few assets have most of them.
double assets_with_trend(NightSize const& size) {
  if (size.training.items == 0) return 0;
  auto const assets = static_cast<double>(size.training.items);
  double const mean = static_cast<double>(size.training.pairs) / assets;
  double const share =
      std::min(1.0, mean / (2.0 * static_cast<double>(std::max<std::int64_t>(1, size.trend_min_count))));
  return assets * share * share;
}

/// One for each term and class. A text of n bytes has about 60 sqrt(n) terms of words, their pairs and characters that
/// occur twice (Heaps' law; 22 to 68 in the sets of questions that the rates are fitted to).
double text_weights(NightSize const& size) {
  return 60 * std::sqrt(static_cast<double>(size.text_bytes)) * static_cast<double>(size.text_classes);
}

double millions_of(Unit unit, NightSize const& size, std::int64_t trainings) {
  auto const lines = static_cast<double>(size.lines()), users = static_cast<double>(size.training.users);
  auto const assets = static_cast<double>(size.training.items), trees = static_cast<double>(size.trees * trainings);
  switch (unit) {
    case Unit::export_byte:
      return static_cast<double>(size.raw_bytes) / 1e6;
    case Unit::line:
      return lines / 1e6;
    case Unit::line_and_tree:
      return lines * trees / 1e6;
    case Unit::tree:
      return trees / 1e6;
    case Unit::pair:
      return static_cast<double>(size.training.pairs) / 1e6;
    case Unit::user:
      return users / 1e6;
    case Unit::asset:
      return assets / 1e6;
    case Unit::user_and_asset:
      return users * assets / 1e6;
    case Unit::asset_and_asset:
      return assets * assets / 1e6;
    case Unit::asset_cubed:
      return assets * assets * assets / 1e6;
    case Unit::asset_with_trend:
      return assets_with_trend(size) / 1e6;
    case Unit::picture:
      return static_cast<double>(size.pictures) / 1e6;
    case Unit::text_byte:
      return static_cast<double>(size.text_bytes) / 1e6;
    case Unit::text_byte_and_class:
      return static_cast<double>(size.text_bytes) * static_cast<double>(size.text_classes) / 1e6;
    case Unit::text_weight:
      return text_weights(size) / 1e6;
    default:
      return 0;
  }
}

StepRule const& rule_of(std::string const& step) {
  auto const known =
      std::find_if(std::begin(rules), std::end(rules), [&](auto const& rule) { return step == rule.name; });
  if (known != std::end(rules)) return *known;
  return step.starts_with("model-") ? any_model : any_step;
}

/// What the trainers of a step say that they need: of the one model, or, for the best one, of any of them.
std::int64_t memory_of_training(std::string const& step, NightSize const& size) {
  std::int64_t most = 0;
  for (auto const& [model, memory] : size.training_memory) {
    bool const may_train = step == "champion" || step == "recommender_gate" || step == "model-" + model;
    if (may_train && memory) most = std::max(most, memory(size.training));
  }
  return most;
}

/// So many times the data is written: datasets of several ranks are laid out on the disk before they are filled, CSV
/// beside them is not, and what is published is copied by one rank.
double times_written(std::string const& step, NightSize const& size) {
  if (size.ranks() <= 1 || step == "publish") return 1;
  return step == "results" ? 1.4 : 2;
}

StepPlan plan_step(std::string const& step, NightSize const& size) {
  StepRule const& rule = rule_of(step);
  auto const ranks = static_cast<double>(std::max(1, size.ranks()));
  double memory = rule.memory, written = rule.written;
  StepPlan needed{step, rule.seconds, 0, 0, rule.files};
  for (UnitRate const& rate : rule.rates) {
    double const millions = millions_of(rate.unit, size, step == "backtest" ? size.origins : 1);
    needed.seconds += rate.seconds * millions / (rate.unit == Unit::tree ? 1 : ranks);
    // What a model knows of each asset every rank holds.
    memory += rate.memory * millions / (rate.unit == Unit::asset ? 1 : ranks);
    written += rate.written * millions;
  }
  needed.peak_memory = static_cast<std::int64_t>(memory * megabyte) + memory_of_training(step, size);
  if (step == "interactions") needed.peak_memory += size.reading_memory;
  needed.bytes_written = static_cast<std::int64_t>(written * megabyte * times_written(step, size));
  return needed;
}

/// The most of each; bytes of one file, however many ranks write it.
void take_dearer(StepPlan& dearest, StepPlan const& model, NightSize const& size) {
  double const file = static_cast<double>(model.bytes_written) / times_written(model.name, size);
  dearest.seconds = std::max(dearest.seconds, model.seconds);
  dearest.peak_memory = std::max(dearest.peak_memory, model.peak_memory);
  dearest.bytes_written = std::max(dearest.bytes_written, static_cast<std::int64_t>(file));
}

}  // namespace

std::vector<StepPlan> plan_steps(std::vector<std::string> const& steps, NightSize const& size) {
  std::vector<StepPlan> plan;
  std::int64_t published = 0;
  StepPlan dearest;  // of the models
  for (std::string const& step : steps) {
    StepPlan needed = plan_step(step, size);
    StepRule const& rule = rule_of(step);
    published += rule.published;
    if (step == "results") needed.files += published;
    // Any of the models may be the best one, which is trained once more, on all pairs, registered and published.
    if (step == "champion") needed.seconds += dearest.seconds * pairs_more;
    if (step == "champion") needed.peak_memory = std::max(needed.peak_memory, dearest.peak_memory);
    bool const is_copied = step == "results" || step == "publish";
    double const times = rule.best_models * (is_copied ? 1 : times_written(step, size));
    needed.bytes_written += static_cast<std::int64_t>(static_cast<double>(dearest.bytes_written) * times);
    if (step.starts_with("model-")) take_dearer(dearest, needed, size);
    plan.push_back(std::move(needed));
  }
  return plan;
}

PlannedAndMeasured judged_plan(RunRecord const& run) {
  PlannedAndMeasured both;
  auto const add = [](StepPlan& all, StepPlan const& one) {
    all.seconds += one.seconds;
    all.peak_memory = std::max(all.peak_memory, one.peak_memory);
    all.bytes_written += one.bytes_written;
    all.files += one.files;
  };
  for (StepRecord const& step : run.steps) {
    auto const planned = std::ranges::find(run.plan, step.name, &StepPlan::name);
    if (planned == run.plan.end() || step.reused) continue;
    StepPlan measured{step.name, step.seconds, 0, step.bytes_written, static_cast<std::int64_t>(step.files.size())};
    for (std::int64_t const bytes : step.peak_memory) measured.peak_memory = std::max(measured.peak_memory, bytes);
    add(both.planned, *planned);
    add(both.measured, measured);
    ++both.steps;
  }
  return both;
}

double checkpoint_interval(double checkpoint_seconds, double seconds_between_failures) {
  return std::sqrt(2 * checkpoint_seconds * seconds_between_failures);
}

}  // namespace tidemill::drivers
