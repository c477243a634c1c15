#include "drivers/promotion/promotion.hpp"

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "drivers/ingest/sales_store.hpp"
#include "drivers/menu/menu.hpp"
#include "drivers/pricing/elasticity.hpp"
#include "drivers/trend/trend.hpp"
#include "io/store/commit.hpp"
#include "io/tables/read_table.hpp"
#include "jobs/commands.hpp"
#include "jobs/panel_options.hpp"
#include "jobs/table_output.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct PromotionCommand {
  PanelOptions panel;
  drivers::PromotionParams params;
  drivers::StrategyParams strategy;
  std::string experiment, output;
  int rows = 40;
};

nlohmann::ordered_json number_or_null(double value) {
  return std::isnan(value) ? nlohmann::ordered_json() : nlohmann::ordered_json(value);
}

/// Uplift of an experiment with a control group, instead of past promotions.
void run_experiment(Context const& context, PromotionCommand const& command) {
  drivers::UpliftResult const found =
      drivers::measure_uplift(context.comm, io::read_table(context.comm, command.experiment));
  nlohmann::ordered_json const result{{"units", found.units},
                                      {"treated", found.treated},
                                      {"effect", number_or_null(found.effect)},
                                      {"standard_error", number_or_null(found.standard_error)},
                                      {"transformed_effect", number_or_null(found.transformed_effect)},
                                      {"transformed_error", number_or_null(found.transformed_error)},
                                      {"qini", number_or_null(found.qini)},
                                      {"curve", found.curve}};
  if (context.json) {
    print_result(context, result.dump(2) + "\n");
    return;
  }
  print_result(context, fmt::format("effect {:.4g} +- {:.4g} per unit ({} treated of {}); by transformed outcome "
                                    "{:.4g} +- {:.4g}; Qini {:.4g}\n",
                                    found.effect, found.standard_error, found.treated, found.units,
                                    found.transformed_effect, found.transformed_error, found.qini));
}

void run_promotion(Context const& context, PromotionCommand const& command) {
  if (!command.experiment.empty()) {
    run_experiment(context, command);
    return;
  }
  io::Comm const& comm = context.comm;
  DailySource const source = read_daily(context, command.panel);
  bool const has_lines = !source.sales.columns.empty();
  drivers::PromotionParams params = command.params;
  params.columns = source.columns;
  drivers::ElasticityParams elasticity;
  elasticity.columns = source.columns;
  drivers::TrendParams trend;
  trend.columns = source.columns;
  io::Table pairs, menu, plans;
  if (has_lines) {
    pairs = drivers::bought_together(comm, source.sales);
    drivers::MenuParams menu_params;
    menu_params.by_location = false;
    menu_params.resamples = 0;
    menu = drivers::menu_matrix(comm, source.sales, menu_params);
    plans = drivers::read_promotions(comm, command.panel.store, command.panel.tenant);
  }
  auto const [effects, unplanned_days] =
      drivers::measure_promotions(comm, source.daily, pairs, params, {}, has_lines ? &plans : nullptr);
  io::Table const strategies =
      drivers::choose_strategies(comm, menu, drivers::estimate_elasticities(comm, source.daily, elasticity).items,
                                 effects, pairs, drivers::find_trends(comm, source.daily, trend), command.strategy);
  write_results(context, command.output, {{"promotions", effects}, {"strategies", strategies}}, source.digests);
  if (context.json) {
    std::string const first = json_rows(comm, effects), second = json_rows(comm, strategies);
    print_result(context, fmt::format("{{\"promotions\": {},\n\"strategies\": {},\n\"unplanned_days\": {}}}\n", first,
                                      second, unplanned_days));
    return;
  }
  print_result(context, text_rows(comm, effects,
                                  {"location", "item_name", "first_day", "days", "units", "baseline_units",
                                   "incremental_units", "incremental_margin", "fixed_cost", "roi"},
                                  command.rows));
  if (unplanned_days > 0) {
    print_result(context, fmt::format("\n{} days with a discount were not planned and are no promotions here\n",
                                      unplanned_days));
  }
  print_result(context,
               "\n" + text_rows(comm, strategies, {"item_name", "menu_class", "strategy", "reason"}, command.rows));
  print_result(context, "\n" + drivers::promotion_caveat() + "\n");
}

}  // namespace

Command make_promotion_command() {
  auto command = std::make_shared<PromotionCommand>();
  Command result{"promotion", "what past promotions brought, and a strategy for every item", {}, {}, {}};
  add_options(result.options, command->panel);
  drivers::PromotionParams& p = command->params;
  auto const number = [](auto& value) { return po::value(&value)->default_value(value); };
  result.options.add_options()("experiment", po::value(&command->experiment),
                               "table of an experiment: columns treated,outcome,propensity[,score]")(
      "dip-days", number(p.dip_days), "after a promotion, in which demand may be missing")(
      "season", number(p.season), "days (steps) after which a day is alike")(
      "fixed-cost", number(p.fixed_cost), "of a promotion, where the promotions name none")(
      "min-roi", number(command->strategy.min_roi), "below: past promotions did not pay")(
      "rows", number(command->rows), "printed")("output", po::value(&command->output), "result file, .h5 or .csv");
  result.run = [command](Context const& context) { run_promotion(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
