#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "drivers/pricing/elasticity.hpp"
#include "drivers/pricing/price_advice.hpp"
#include "io/error.hpp"
#include "jobs/commands.hpp"
#include "jobs/lists.hpp"
#include "jobs/panel_options.hpp"
#include "jobs/table_output.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct PriceCommand {
  PanelOptions panel;
  drivers::ElasticityParams elasticity;
  drivers::PriceParams price;
  std::string fit, calendar, cross, advice, endings, ladders, output;
  int rows = 40;
};

bool is_on(std::string const& option, std::string const& value) {
  if (value == "on" || value == "off") return value == "on";
  throw ConfigError("--" + option + ": expected on or off; found '" + value + "'");
}

drivers::DemandFit fit_named(std::string const& name) {
  if (name == "automatic") return drivers::DemandFit::automatic;
  if (name == "log_log") return drivers::DemandFit::log_log;
  if (name == "poisson") return drivers::DemandFit::poisson;
  throw ConfigError("--fit: expected automatic, log_log or poisson; found '" + name + "'");
}

std::vector<drivers::SizeLadder> ladders_of(std::string const& text) {
  std::vector<drivers::SizeLadder> ladders;
  for (std::string const& ladder : split_list(text)) {
    drivers::SizeLadder sizes;
    for (std::size_t at = 0; at <= ladder.size();) {
      std::size_t const end = std::min(ladder.find('<', at), ladder.size());
      sizes.items.push_back(ladder.substr(at, end - at));
      at = end + 1;
    }
    ladders.push_back(std::move(sizes));
  }
  return ladders;
}

void run_price(Context const& context, PriceCommand const& command) {
  DailySource const source = read_daily(context, command.panel);
  drivers::ElasticityParams elasticity = command.elasticity;
  elasticity.columns = source.columns;
  elasticity.fit = fit_named(command.fit);
  elasticity.cross_prices = is_on("cross", command.cross);
  bool const calendar = is_on("calendar", command.calendar);
  elasticity.weekday_control = elasticity.month_control = elasticity.trend_control = calendar;
  drivers::Elasticities const found = drivers::estimate_elasticities(context.comm, source.daily, elasticity);

  std::vector<NamedTable> tables{{"elasticities", found.items}};
  if (elasticity.cross_prices) tables.push_back({"cross_elasticities", found.cross});
  drivers::PriceAdvice advice;
  bool const with_advice = is_on("advice", command.advice);
  if (with_advice) {
    drivers::PriceParams price = command.price;
    price.columns = source.columns;
    price.seed = context.seed;
    for (double const ending : split_numbers("endings", command.endings)) {
      price.price_endings.push_back(static_cast<int>(std::lround(ending)));
    }
    price.ladders = ladders_of(command.ladders);
    advice = drivers::advise_prices(context.comm, source.daily, found.items, price);
    tables.push_back({"advice", advice.items});
    tables.push_back({"curves", advice.curves});
  }
  write_results(context, command.output, tables, source.digests);
  if (context.json) {
    std::string text = "{";
    for (NamedTable const& entry : tables) {
      if (entry.name == "curves") continue;
      text +=
          fmt::format("{}\"{}\": {}", text.size() > 1 ? ",\n" : "", entry.name, json_rows(context.comm, entry.table));
    }
    print_result(context, text + "}\n");
    return;
  }
  print_result(context, text_rows(context.comm, found.items,
                                  {"category", "item_name", "elasticity_raw", "standard_error", "elasticity", "prices",
                                   "estimator", "status", "reason"},
                                  command.rows));
  if (!with_advice) return;
  print_result(context, "\n" + text_rows(context.comm, advice.items,
                                         {"location", "item_name", "current_price", "advised_price", "current_units",
                                          "gain", "gain_lower", "gain_upper", "binding", "status"},
                                         command.rows));
}

}  // namespace

Command make_price_command() {
  auto command = std::make_shared<PriceCommand>();
  Command result{"price", "price elasticities, and prices that earn more within limits", {}, {}, {}};
  add_options(result.options, command->panel);
  drivers::ElasticityParams& e = command->elasticity;
  drivers::PriceParams& p = command->price;
  auto const number = [](auto& value) { return po::value(&value)->default_value(value); };
  result.options.add_options()("fit", po::value(&command->fit)->default_value("automatic"),
                               "log_log, poisson, or automatic: poisson where days without sales are common")(
      "cross", po::value(&command->cross)->default_value("off"),
      "on: also the prices of the other items of a category")(
      "calendar", po::value(&command->calendar)->default_value("on"), "weekday, month and trend as controls")(
      "min-prices", number(e.min_prices), "distinct prices an estimate needs")("min-days", number(e.min_days_per_price),
                                                                               "dates each of them needs")(
      "advice", po::value(&command->advice)->default_value("on"), "off: elasticities only")(
      "base-days", number(p.base_days), "last days that say what demand is now")("max-change", number(p.max_change),
                                                                                 "share of the current price")(
      "max-basket-change", number(p.max_basket_change), "share of the value of current sales; inf: no cap")(
      "min-margin", number(p.min_margin_share), "(price - cost) / price")("beyond-observed", number(p.beyond_observed),
                                                                          "share beyond the prices seen")(
      "lowest-price", number(p.lowest_price), "for every item")(
      "highest-price", number(p.highest_price), "for every item")("price-step", number(p.price_step),
                                                                  "grid; 0: five cents, or 1/200 of the price")(
      "endings", po::value(&command->endings), "allowed last two digits in cents, as 0,50,95")(
      "ladders", po::value(&command->ladders),
      "sizes that must not cross, as small<medium<large,half<whole (item keys)")(
      "resamples", number(p.resamples), "for the interval of the gain")("rows", number(command->rows), "printed")(
      "output", po::value(&command->output), "result file, .h5 or .csv");
  result.run = [command](Context const& context) { run_price(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
