#include "drivers/trend/trend.hpp"

#include <memory>

#include "io/error.hpp"
#include "jobs/commands.hpp"
#include "jobs/panel_options.hpp"
#include "jobs/table_output.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct TrendCommand {
  PanelOptions panel;
  drivers::TrendParams params;
  std::string level, output;
  int rows = 40;
};

void run_trend(Context const& context, TrendCommand const& command) {
  DailySource const source = read_daily(context, command.panel);
  drivers::TrendParams params = command.params;
  params.columns = source.columns;
  if (command.level != "chain" && command.level != "location") {
    throw ConfigError("--level: expected chain or location; found '" + command.level + "'");
  }
  params.by_location = command.level == "location";
  io::Table const trends = drivers::find_trends(context.comm, source.daily, params);
  if (!command.output.empty()) {
    io::Table const parts = drivers::decompose_series(context.comm, source.daily, params);
    write_results(context, command.output, {{"trends", trends}, {"parts", parts}}, source.digests);
  }
  if (context.json) {
    print_result(context, "{\"trends\": " + json_rows(context.comm, trends) + "}\n");
    return;
  }
  print_result(context, text_rows(context.comm, trends,
                                  {"location", "item_name", "mean_units", "trend", "slope_per_week", "q",
                                   "trend_strength", "season_strength", "seasonal", "peak"},
                                  command.rows));
}

}  // namespace

Command make_trend_command() {
  auto command = std::make_shared<TrendCommand>();
  Command result{"trend", "trend and season of every item: STL, Mann-Kendall, Sen slope", {}, {}, {}};
  add_options(result.options, command->panel);
  drivers::TrendParams& p = command->params;
  auto const number = [](auto& value) { return po::value(&value)->default_value(value); };
  result.options.add_options()("level", po::value(&command->level)->default_value("chain"), "chain or location")(
      "step", number(p.step), "distance of two observations in the date column")(
      "season", number(p.season), "observations in a season")("seasonal-window", number(p.seasonal_window),
                                                              "of STL, odd")(
      "robust", number(p.robust), "1: outliers weigh less")("week", number(p.week),
                                                            "observations averaged into one point of the trend test")(
      "alpha", number(p.alpha), "false discovery rate")("rows", number(command->rows), "printed")(
      "output", po::value(&command->output), "result file, .h5 or .csv; holds the parts of STL as well");
  result.run = [command](Context const& context) { run_trend(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
