#include "jobs/night/night_options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "drivers/gate/paired_metrics.hpp"
#include "drivers/ingest/sales_store.hpp"
#include "io/adapters/adapter.hpp"
#include "io/error.hpp"
#include "io/store/safe_name.hpp"
#include "io/tables/table.hpp"
#include "jobs/gate_options.hpp"
#include "jobs/lists.hpp"
#include "jobs/night/prefixed_options.hpp"
#include "jobs/night/sources.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

void add_ingest_options(po::options_description& out, NightOptions& options) {
  drivers::IngestOptions& ingest = options.params.ingest;
  auto add = out.add_options();
  add("input", po::value(&options.input),
      "folder from which the paths of ingest.* and asset.* start; without it nothing is ingested and the store is used "
      "as it is");
  add("ingest.source", po::value(&options.sources)->composing(),
      "an export: ADAPTER: PATTERN [@ LOCATION], such as toast: toast/*/ItemSelectionDetails.csv; once per kind");
  add("ingest.costs", po::value(&options.costs), "table of unit costs");
  add("ingest.promotions", po::value(&options.promotions), "table of promotions");
  add("ingest.date-order", po::value(&options.date_order), "mdy or dmy, for dates like 03/04/2026");
  add("ingest.max-bad-share", po::value(&ingest.max_bad_share)->default_value(ingest.max_bad_share),
      "share of rows that may be bad; past it, exit code 3");
}

void add_daily_options(po::options_description& out, NightOptions& options) {
  drivers::DailySalesParams& daily = options.params.daily;
  auto add = out.add_options();
  add("daily.with-modifiers", po::value(&daily.with_modifiers)->default_value(false),
      "modifiers of other lines count as items of their own");
  add("daily.promotion-depth", po::value(&daily.promotion_depth)->default_value(daily.promotion_depth),
      "a day with at least this discount share counts as a promotion");
}

void add_forecast_options(po::options_description& out, drivers::BacktestParams& backtest) {
  drivers::ForecastParams& forecast = backtest.forecast;
  auto add = out.add_options();
  add("forecast.horizon", po::value(&forecast.horizon)->default_value(forecast.horizon), "days to forecast");
  add("forecast.block", po::value(&forecast.block)->default_value(forecast.block), "days that share a model");
  add("forecast.model", po::value(&forecast.model)->default_value(forecast.model), "boost or forest");
  add("forecast.trees", po::value(&forecast.trees.trees)->default_value(300), "trees of a model");
  add("forecast.learning-rate", po::value(&forecast.trees.learning_rate)->default_value(0.05), "of boosting");
  add("forecast.max-leaves", po::value(&forecast.trees.max_leaves)->default_value(31), "leaves of a tree");
  add("forecast.min-rows-in-leaf",
      po::value(&forecast.trees.min_rows_in_leaf)->default_value(forecast.trees.min_rows_in_leaf), "rows of a leaf");
  add("forecast.interval", po::value(&forecast.interval)->default_value(forecast.interval),
      "share of outcomes that the range is to hold");
  add("forecast.quantile-trees", po::value(&forecast.quantile_trees)->default_value(forecast.quantile_trees),
      "trees of each model of a bound");
  add("forecast.calibration-days", po::value(&forecast.calibration_steps)->default_value(forecast.calibration_steps),
      "newest days kept for calibrating the range");
  add("forecast.training-days", po::value(&forecast.training_steps)->default_value(forecast.training_steps),
      "newest days to train on; 0: all");
  add("backtest.origins", po::value(&backtest.origins)->default_value(2), "past days to forecast from");
  add("backtest.step", po::value(&backtest.step)->default_value(14), "days between them");
}

void add_gate_options(po::options_description& out, NightOptions& options) {
  drivers::NightGate& gate = options.params.gate;
  out.add_options()("gate.enabled", po::value(&gate.is_enabled)->default_value(gate.is_enabled),
                    "a new model takes the champion's place only if it passes; 0: always")(
      "gate.metrics", po::value(&options.gate_metrics)->default_value(options.gate_metrics),
      "errors on the days that both models forecast: the first must improve (same options on newer data: not fall), "
      "the others must not fall");
  out.add_options()("gate.refresh-must-gain", po::value(&gate.refresh_must_gain)->default_value(gate.refresh_must_gain),
                    "1: the same options on newer data must show a gain too");
  add_options(out, gate.params, "gate.");
  out.add_options()("gate.slices", po::value(&options.gate_slices),
                    "columns of the daily sales, as category or location,category: where the new model loses or wins "
                    "in one of their slices, that slice keeps, or gets, a champion of its own")(
      "gate.slice-min-rows", po::value(&gate.slices.min_rows)->default_value(gate.slices.min_rows),
      "judged days a slice needs for that");
  out.add_options()("gate.slice-discovery-rate",
                    po::value(&gate.slices.discovery_rate)->default_value(gate.slices.discovery_rate),
                    "false discoveries among the slices (Benjamini-Hochberg)");
}

void add_price_options(po::options_description& out, NightOptions& options) {
  drivers::PriceParams& price = options.params.price;
  drivers::ElasticityParams& elasticity = options.params.elasticity;
  auto add = out.add_options();
  add("elasticity.min-prices", po::value(&elasticity.min_prices)->default_value(elasticity.min_prices),
      "different prices needed");
  add("elasticity.min-days-per-price",
      po::value(&elasticity.min_days_per_price)->default_value(elasticity.min_days_per_price), "days at each");
  add("elasticity.min-price-range", po::value(&elasticity.min_price_range)->default_value(elasticity.min_price_range),
      "highest / lowest price - 1");
  add("price.demand", po::value(&options.price_demand)->default_value(options.price_demand),
      "what tells the demand at a price: elasticity, or model (the forecast's trees)");
  add("price.base-days", po::value(&price.base_days)->default_value(price.base_days), "days that stand for today");
  add("price.max-change", po::value(&price.max_change)->default_value(price.max_change), "largest change of a price");
  add("price.max-basket-change", po::value(&price.max_basket_change)->default_value(price.max_basket_change),
      "largest change of what today's sales would cost");
  add("price.min-margin", po::value(&price.min_margin_share)->default_value(price.min_margin_share),
      "smallest (price - cost) / price");
  add("price.beyond-observed", po::value(&price.beyond_observed)->default_value(price.beyond_observed),
      "how far outside the prices seen");
  add("price.endings", po::value(&options.price_endings), "allowed last two digits, as 95,99; empty: any");
  add("price.resamples", po::value(&price.resamples)->default_value(price.resamples), "for the range of the gain");
}

void add_menu_options(po::options_description& out, NightOptions& options) {
  drivers::MenuParams& menu = options.params.menu;
  auto add = out.add_options();
  add("menu.variant", po::value(&options.menu_variant)->default_value(options.menu_variant), "rule of the matrix");
  add("menu.popularity", po::value(&menu.rule.popularity_share)->default_value(menu.rule.popularity_share),
      "popular: at least this part of an equal share");
  add("menu.min-days", po::value(&menu.min_days)->default_value(menu.min_days), "fewer days on the menu: NEW");
  add("menu.season-days", po::value(&menu.season_days)->default_value(menu.season_days),
      "no sale in so many days: SEASONAL_OUT");
  add("menu.resamples", po::value(&menu.resamples)->default_value(menu.resamples), "for the stability of a class");
  add("menu.by-location", po::value(&menu.by_location)->default_value(menu.by_location),
      "each location on its own too");
}

void add_promotion_options(po::options_description& out, drivers::NightParams& params) {
  drivers::PromotionParams& promotion = params.promotion;
  auto add = out.add_options();
  add("promotion.dip-days", po::value(&promotion.dip_days)->default_value(promotion.dip_days),
      "days after a promotion in which demand may be missing");
  add("promotion.fixed-cost", po::value(&promotion.fixed_cost)->default_value(promotion.fixed_cost),
      "cost of a promotion that the table of promotions does not give");
  add("promotion.pair-orders", po::value(&params.pair_orders)->default_value(params.pair_orders),
      "orders that two items must share to count as bought together");
  add("promotion.pair-lift", po::value(&params.pair_lift)->default_value(params.pair_lift),
      "and so many times as often as by chance");
  add("drift.days", po::value(&params.drift_days)->default_value(params.drift_days),
      "newest days that are compared with those before");
  add("drift.reference-days", po::value(&params.drift_reference_days)->default_value(params.drift_reference_days),
      "how many days before; whole weeks keep weekdays apart from drift");
  add("drift.moderate", po::value(&params.drift.moderate)->default_value(params.drift.moderate),
      "stability index from which a column counts as shifted");
  add("drift.major", po::value(&params.drift.major)->default_value(params.drift.major),
      "and from which the shift is major");
  add("trend.alpha", po::value(&params.trend.alpha)->default_value(params.trend.alpha),
      "share of false alarms among the trends found");
}

/// "section.key = value" lines of all options with a section, with what was not given at its default. Sorted, so that
/// an option given as its default changes no key.
std::map<std::string, std::string> sections_of(po::variables_map const& values) {
  std::map<std::string, std::string> sections;
  for (auto const& [name, value] : values) {
    std::size_t const dot = name.find('.');
    bool const changes_result = !name.starts_with("alerts.") && !name.starts_with("cache.");
    if (dot == std::string::npos || !changes_result || name == "ingest.source" || name == "ingest.costs" ||
        name == "ingest.promotions" || is_asset_file_option(name)) {
      continue;
    }
    sections[name.substr(0, dot)] += name + " = " + option_text(value) + "\n";
  }
  return sections;
}

std::int64_t date_of(std::string const& text) {
  int year = 0;
  unsigned month = 0, day = 0;
  char const* const end = text.data() + text.size();
  auto const y = std::from_chars(text.data(), end, year);
  auto const m = y.ptr < end && *y.ptr == '-' ? std::from_chars(y.ptr + 1, end, month) : y;
  auto const d = m.ptr < end && *m.ptr == '-' ? std::from_chars(m.ptr + 1, end, day) : m;
  std::chrono::year_month_day const date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (text.size() != 10 || d.ptr != end || !date.ok()) {
    throw ConfigError("--date " + text + ": expected a day as 2026-11-20");
  }
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

void check_choices(NightOptions const& options) {
  cache_bounds(options.cache);
  if (options.price_demand != "model" && options.price_demand != "elasticity") {
    throw ConfigError("price.demand = " + options.price_demand + ": expected model or elasticity");
  }
  if (options.currency.size() != 3) {
    throw ConfigError("currency = " + options.currency + ": expected a code of three letters such as USD");
  }
  io::checked_name("tenant", options.tenant);
  bool const takes_assets =
      !options.asset.interactions.files.empty() || !options.asset.pictures.empty() || !options.asset.texts.empty();
  if (!options.input.empty() && options.sources.empty() && !takes_assets) {
    throw ConfigError(
        "input is given but no ingest.source, asset.interactions or asset.pictures says which files to take from it");
  }
}

io::DateOrder date_order_of(std::string const& text) {
  if (text.empty()) return io::DateOrder::unknown;
  if (text == "mdy") return io::DateOrder::month_first;
  if (text == "dmy") return io::DateOrder::day_first;
  throw ConfigError("ingest.date-order = " + text + ": expected mdy (month first) or dmy (day first)");
}

}  // namespace

std::string option_text(po::variable_value const& value) {
  if (value.empty()) return "";
  boost::any const& any = value.value();
  if (auto const* text = boost::any_cast<std::string>(&any)) return *text;
  if (auto const* number = boost::any_cast<double>(&any)) return fmt::format("{}", *number);
  if (auto const* number = boost::any_cast<int>(&any)) return std::to_string(*number);
  if (auto const* number = boost::any_cast<std::int64_t>(&any)) return std::to_string(*number);
  if (auto const* number = boost::any_cast<std::uint64_t>(&any)) return std::to_string(*number);
  if (auto const* number = boost::any_cast<float>(&any)) return fmt::format("{}", *number);
  if (auto const* flag = boost::any_cast<bool>(&any)) return *flag ? "1" : "0";
  if (auto const* list = boost::any_cast<std::vector<std::string>>(&any))
    return fmt::format("{}", fmt::join(*list, ", "));
  throw std::logic_error("an option of nightly has a type that cannot be written down");
}

void add_night_options(po::options_description& out, NightOptions& options) {
  auto add = out.add_options();
  add("store", po::value(&options.store)->required(), "folder of all tenants' data, runs and nights");
  add("tenant", po::value(&options.tenant)->default_value(options.tenant), "whose night it is");
  add("date", po::value(&options.date), "business date of the night; later sales are left out (default: the last one)");
  add("group-access", po::value(&options.group_access)->implicit_value(true)->default_value(false),
      "a new tenant's folders are for its group too (2770); otherwise for the owner alone (0700)");
  add("title", po::value(&options.title), "heading of the report (default: the tenant)");
  add("currency", po::value(&options.currency)->default_value(options.currency), "ISO code of all amounts");
  add("stop-after", po::value(&options.stop_after), "stop after this step, as a signal would (exit code 75)");
  add("metrics-file", po::value(&options.metrics_file),
      "a second metrics.prom, where a collector looks for it; its folder must be there; of tenants: {tenant} in its "
      "name stands "
      "for each");
  add("checkpoint-seconds",
      po::value(&options.params.checkpoint_seconds)->default_value(options.params.checkpoint_seconds),
      "time between checkpoints of a training");
  add_alert_options(out, options.alerts);
  add_cache_options(out, options.cache);
  add_ingest_options(out, options);
  add_daily_options(out, options);
  add_forecast_options(out, options.params.backtest);
  add_gate_options(out, options);
  add_price_options(out, options);
  add_menu_options(out, options);
  add_promotion_options(out, options.params);
  add_asset_options(out, options.asset);
}

drivers::AssetNight night_params(Context const& context, NightOptions const& options) {
  check_choices(options);
  drivers::AssetNight params;
  static_cast<drivers::NightParams&>(params) = options.params;
  params.store = options.store;
  params.tenant = options.tenant;
  params.seed = context.seed;
  if (!options.date.empty()) params.date = date_of(options.date);
  params.ingest.file.currency = options.currency;
  params.ingest.file.date_order = date_order_of(options.date_order);
  params.asset = asset_params(context, options.asset, options.input);
  if (!options.input.empty() && !options.sources.empty()) {
    params.sources = find_sources(context.comm, options.sources, options.input);
    params.costs = below(options.input, options.costs);
    params.promotions = below(options.input, options.promotions);
  }
  params.backtest.forecast.trees.seed = context.seed;
  params.price.seed = params.menu.seed = context.seed;
  params.price_by_model = options.price_demand == "model";
  for (double const ending : split_numbers("price.endings", options.price_endings)) {
    params.price.price_endings.push_back(static_cast<int>(ending));
  }
  params.menu.rule.variant = drivers::menu_variant_named(options.menu_variant);
  params.gate.metrics = split_list(options.gate_metrics);
  drivers::check(params.gate.params);
  params.gate.slices.columns = split_list(options.gate_slices);
  drivers::check(params.gate.slices);
  for (std::string const& name : params.gate.metrics) drivers::paired_metric(name, {});
  params.item_days.interval = params.backtest.forecast.interval;
  params.item_days.model = params.backtest.forecast.model;
  params.backtest.models = {params.backtest.forecast.model, "last_value", "seasonal_naive", "season_mean"};
  drivers::check(params.backtest.forecast);
  params.asset.trend.alpha = params.trend.alpha;
  params.config = sections_of(context.values);
  params.config["ingest"] += "currency = " + options.currency + "\n";
  for (char const* section : {"forecast", "price", "menu"}) {
    params.config[section] += "seed = " + std::to_string(context.seed) + "\n";
  }
  return params;
}

}  // namespace tidemill::jobs
