#include "jobs/forecast_options.hpp"

#include <fmt/format.h>

#include <cmath>

#include "io/error.hpp"
#include "jobs/lists.hpp"
#include "jobs/tree_options.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

std::vector<std::int64_t> whole_numbers(std::string const& option, std::string const& text) {
  std::vector<std::int64_t> numbers;
  for (double const number : split_numbers(option, text)) {
    if (number != std::floor(number) || std::abs(number) > 1e9) {
      throw ConfigError(fmt::format("--{}: expected whole numbers, found '{}'", option, text));
    }
    numbers.push_back(static_cast<std::int64_t>(number));
  }
  return numbers;
}

template <class T>
auto defaulted(T* value) {
  return po::value(value)->default_value(*value);
}

void add_series_options(po::options_description& out, ForecastOptions& options) {
  drivers::FeatureParams& features = options.params.features;
  out.add_options()("series", po::value(&options.series)->required(), "key columns, with commas between them")(
      "time", defaulted(&options.time), "date, or integer period such as a week number")(
      "target", defaulted(&options.target), "column to forecast")("target-scale", defaulted(&features.target_scale),
                                                                  "a value times this is a unit")(
      "open", defaulted(&options.open), "0/1 column: rows with 0 are masked")(
      "season", defaulted(&features.season), "steps of a season: 7 for days of a week")(
      "horizon", defaulted(&options.params.horizon), "steps to forecast")(
      "block", defaulted(&options.block),
      "horizons that share a direct model; 0: the season, or the horizon when shorter");
}

void add_feature_options(po::options_description& out, ForecastOptions& options) {
  drivers::FeatureParams& features = options.params.features;
  out.add_options()("lags", defaulted(&options.lags), "values so many steps before the newest usable one")(
      "seasonal-lags", defaulted(&options.seasonal_lags), "values so many steps before the row")(
      "windows", defaulted(&options.windows), "steps of rolling windows; 0: all the past")(
      "statistics", defaulted(&options.statistics), "of windows: mean, sd, min, max, median, count")(
      "season-means", defaulted(&options.season_means), "means of so many newest values of the same phase")(
      "unpromoted-windows", defaulted(&options.unpromoted_windows), "means of the values without a promotion")(
      "groups", defaulted(&options.groups), "lagged means of groups, as category,store+category")(
      "group-windows", defaulted(&options.group_windows), "steps of these; 0: all the past, shrunk")(
      "smoothing", defaulted(&features.smoothing), "rows that shrink a group's mean to that of all")(
      "price", po::value(&features.price)->default_value(""), "price column, known in advance")(
      "list-price", defaulted(&features.list_price), "gives discount_depth = 1 - price / list price")(
      "price-windows", defaulted(&options.price_windows), "price against the median of so many steps")(
      "promotions", defaulted(&options.promotions), "0/1 columns, known in advance")(
      "known", defaulted(&options.known), "further number columns known in advance")(
      "known-windows", defaulted(&options.known_windows), "means of known columns over past windows")(
      "statics", po::value(&options.statics),
      "attributes: text and integers are names, reals are numbers (default: the series keys)")(
      "peers", defaulted(&options.peers), "groups of rows of the same time: counts, prices, promotions")(
      "calendar", defaulted(&features.calendar), "weekday, month and so on; of periods the phase")(
      "holidays", defaulted(&options.holidays), "YYYY-MM-DD, or MM-DD for every year")(
      "paydays", defaulted(&options.paydays), "days of the month");
}

void add_training_options(po::options_description& out, ForecastOptions& options) {
  drivers::ForecastParams& params = options.params;
  out.add_options()("transform", defaulted(&options.transform), "log1p: learn ln(1 + y), so squared loss is RMSLE")(
      "objective", defaulted(&options.objective), "of the point forecast: squared, poisson, tweedie, quantile")(
      "interval", defaulted(&params.interval), "share of outcomes inside the interval; 0: none")(
      "quantile-trees", defaulted(&params.quantile_trees), "rounds of the models of the interval's ends")(
      "calibration-steps", defaulted(&params.calibration_steps), "newest steps that calibrate intervals")(
      "monotone-price", defaulted(&params.monotone_price), "demand never rises with the price")(
      "training-steps", defaulted(&params.training_steps), "train on so many newest steps; 0: all (expanding)")(
      "skip-steps", defaulted(&params.skip_steps), "leave out the first steps of the table");
  add_tree_options(out, options.trees);
}

}  // namespace

void add_forecast_options(po::options_description& out, ForecastOptions& options) {
  options.params.features.target_scale = 1;
  add_series_options(out, options);
  add_feature_options(out, options);
  add_training_options(out, options);
}

drivers::ForecastParams forecast_params(Context const& context, ForecastOptions const& options) {
  drivers::ForecastParams params = options.params;
  drivers::FeatureParams& features = params.features;
  features.series = split_list(options.series);
  features.time = options.time;
  features.target = options.target;
  features.open = options.open;
  features.lags = whole_numbers("lags", options.lags);
  features.seasonal_lags = whole_numbers("seasonal-lags", options.seasonal_lags);
  features.windows = whole_numbers("windows", options.windows);
  features.statistics = split_list(options.statistics);
  features.season_means = whole_numbers("season-means", options.season_means);
  features.unpromoted_windows = whole_numbers("unpromoted-windows", options.unpromoted_windows);
  features.group_windows = whole_numbers("group-windows", options.group_windows);
  features.price_windows = whole_numbers("price-windows", options.price_windows);
  features.promotions = split_list(options.promotions);
  features.known = split_list(options.known);
  features.known_windows = whole_numbers("known-windows", options.known_windows);
  features.peers = split_list(options.peers);
  features.holidays = split_list(options.holidays);
  features.paydays = whole_numbers("paydays", options.paydays);
  bool const is_given = context.values.count("statics") != 0;
  features.statics = is_given ? split_list(options.statics) : features.series;
  features.groups = split_list(options.groups);
  if (options.groups.empty() && features.series.size() > 1) features.groups = features.series;
  params.block = options.block > 0 ? options.block : std::min(features.season, params.horizon);
  if (options.block == 0 && features.season == 1) params.block = params.horizon;
  if (options.transform != "none" && options.transform != "log1p") {
    throw ConfigError("--transform: expected none or log1p, found '" + options.transform + "'");
  }
  params.log_target = features.log_values = options.transform == "log1p";
  params.trees = basic_tree_params(context, options.trees);
  params.trees.objective = drivers::objective_of(options.objective);
  return params;
}

}  // namespace tidemill::jobs
