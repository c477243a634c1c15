#include "drivers/trees/params.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <sstream>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::pair<Objective, char const*> objective_names[] = {
    {Objective::squared, "squared"},   {Objective::poisson, "poisson"},   {Objective::tweedie, "tweedie"},
    {Objective::quantile, "quantile"}, {Objective::logistic, "logistic"}, {Objective::softmax, "softmax"},
};

void require(bool condition, char const* option, double value, char const* range) {
  if (!condition) throw ConfigError(fmt::format("{} must be {}; it is {}", option, range, value));
}

}  // namespace

std::string name_of(Objective objective) {
  for (auto const& [value, name] : objective_names) {
    if (value == objective) return name;
  }
  return "unknown";
}

Objective objective_of(std::string const& name) {
  std::string known;
  for (auto const& [value, known_name] : objective_names) {
    if (name == known_name) return value;
    known += (known.empty() ? "" : ", ") + std::string(known_name);
  }
  throw ConfigError(fmt::format("unknown objective '{}'; known are {}", name, known));
}

void check(TreeParams const& p, std::int64_t features) {
  auto const is_share = [](double x) { return x > 0 && x <= 1; };
  auto const is_amount = [](double x) { return x >= 0 && std::isfinite(x); };
  require(p.tweedie_power > 1 && p.tweedie_power < 2, "tweedie power", p.tweedie_power, "between 1 and 2");
  require(p.quantile > 0 && p.quantile < 1, "quantile", p.quantile, "between 0 and 1");
  if (p.objective == Objective::softmax) require(p.classes >= 2, "classes", p.classes, "at least 2");
  require(p.trees >= 1, "trees", p.trees, "at least 1");
  require(p.learning_rate > 0 && p.learning_rate <= 1, "learning-rate", p.learning_rate, "above 0 and at most 1");
  require(p.max_leaves == 0 || (p.max_leaves >= 2 && p.max_leaves <= 1 << 20), "max-leaves", p.max_leaves,
          "0 or from 2 to 1048576");
  require(p.max_depth >= 0, "max-depth", p.max_depth, "0 (no limit) or more");
  require(p.max_leaves != 0 || p.max_depth != 0, "max-leaves", p.max_leaves, "set when max-depth is not");
  require(p.min_rows_in_leaf >= 0, "min-rows-in-leaf", static_cast<double>(p.min_rows_in_leaf), "0 or more");
  require(is_amount(p.min_hessian), "min-hessian", p.min_hessian, "0 or more");
  require(is_amount(p.l1), "l1", p.l1, "0 or more");
  require(is_amount(p.l2), "l2", p.l2, "0 or more");
  require(is_amount(p.min_gain), "min-gain", p.min_gain, "0 or more");
  require(is_share(p.row_sample), "row-sample", p.row_sample, "above 0 and at most 1");
  require(is_share(p.column_sample), "column-sample", p.column_sample, "above 0 and at most 1");
  require(is_share(p.column_sample_by_node), "column-sample-by-node", p.column_sample_by_node, "above 0 and at most 1");
  require(p.max_bins >= 2 && p.max_bins <= 255, "max-bins", p.max_bins, "from 2 to 255");
  require(is_amount(p.category_smoothing), "category-smoothing", p.category_smoothing, "0 or more");
  require(is_amount(p.category_l2), "category-l2", p.category_l2, "0 or more");
  require(p.max_category_threshold >= 1, "max-category-threshold", p.max_category_threshold, "at least 1");
  require(p.early_stopping_rounds >= 0, "early-stopping-rounds", p.early_stopping_rounds, "0 (off) or more");
  if (!p.monotone.empty() && static_cast<std::int64_t>(p.monotone.size()) != features) {
    throw ConfigError(fmt::format("monotone has {} values for {} features; give one (-1, 0 or 1) per feature",
                                  p.monotone.size(), features));
  }
  for (std::int8_t const direction : p.monotone) require(std::abs(direction) <= 1, "monotone", direction, "-1, 0 or 1");
  if (features < 1) throw ConfigError("there is no feature to train on; check the ignored columns");
}

namespace {

/// Calls visit(name, member) for every member that is written to files; one list for both directions.
template <class Params, class Visit>
void for_each_option(Params& p, Visit const& visit) {
  visit("tweedie_power", p.tweedie_power);
  visit("quantile", p.quantile);
  visit("classes", p.classes);
  visit("trees", p.trees);
  visit("learning_rate", p.learning_rate);
  visit("max_leaves", p.max_leaves);
  visit("max_depth", p.max_depth);
  visit("min_rows_in_leaf", p.min_rows_in_leaf);
  visit("min_hessian", p.min_hessian);
  visit("l1", p.l1);
  visit("l2", p.l2);
  visit("min_gain", p.min_gain);
  visit("row_sample", p.row_sample);
  visit("column_sample", p.column_sample);
  visit("column_sample_by_node", p.column_sample_by_node);
  visit("max_bins", p.max_bins);
  visit("category_smoothing", p.category_smoothing);
  visit("category_l2", p.category_l2);
  visit("one_hot_categories", p.one_hot_categories);
  visit("max_category_threshold", p.max_category_threshold);
  visit("min_rows_in_category", p.min_rows_in_category);
  visit("early_stopping_rounds", p.early_stopping_rounds);
  visit("seed", p.seed);
  visit("forest", p.forest);
  visit("bootstrap", p.bootstrap);
}

template <class T>
T number_of(std::string const& key, std::string const& text) {
  std::istringstream in(text);
  T value{};
  if (!(in >> value)) throw DataError(fmt::format("tree parameter {} has no number: '{}'", key, text));
  return value;
}

}  // namespace

std::string to_text(TreeParams const& p) {
  std::map<std::string, std::string> lines;
  for_each_option(p, [&](char const* name, auto const& value) { lines[name] = fmt::format("{}", +value); });
  lines["objective"] = name_of(p.objective);
  lines["growth"] = p.growth == Growth::leaf_wise ? "leaf" : "level";
  std::string monotone;
  for (std::int8_t const direction : p.monotone) monotone += direction > 0 ? '+' : direction < 0 ? '-' : '0';
  lines["monotone"] = monotone;
  std::string text;
  for (auto const& [key, value] : lines) text += key + " = " + value + "\n";
  return text;
}

TreeParams params_of_text(std::string const& text) {
  std::map<std::string, std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    std::size_t const sign = line.find(" = ");
    if (sign == std::string::npos) throw DataError("tree parameters hold a line that is not 'key = value': " + line);
    lines[line.substr(0, sign)] = line.substr(sign + 3);
  }
  TreeParams p;
  auto const text_of = [&](std::string const& key) {
    auto const found = lines.find(key);
    if (found == lines.end()) throw DataError("tree parameters lack '" + key + "'; the file is damaged or too new");
    return found->second;
  };
  for_each_option(p, [&](char const* name, auto& value) {
    value = number_of<std::remove_reference_t<decltype(value)>>(name, text_of(name));
  });
  p.objective = objective_of(text_of("objective"));
  p.growth = text_of("growth") == "leaf" ? Growth::leaf_wise : Growth::level_wise;
  for (char const c : text_of("monotone")) {
    p.monotone.push_back(static_cast<std::int8_t>(c == '+' ? 1 : c == '-' ? -1 : 0));
  }
  return p;
}

}  // namespace tidemill::drivers
