#include <fmt/format.h>

#include <cmath>

#include "drivers/night/forecast_file.hpp"
#include "drivers/night/night_steps.hpp"
#include "drivers/partition/move_rows.hpp"

namespace tidemill::drivers {
namespace {

/// Checkpoints belong to a step's key, which holds the digests of its inputs.
CheckpointPlace checkpoints_of(StepWork const& work, NightParams const& params) {
  return {work.folder / "checkpoints", work.key, params.checkpoint_seconds};
}

io::Table load_daily(StepWork const& work) { return load_table(work, "daily", "daily"); }

/// The metrics over all horizons, of each model; `use` says which one the night forecasts with.
std::vector<Figure> accuracy_figures(io::Comm const& comm, io::Table const& all, std::string const& ours) {
  std::vector<Figure> figures;
  io::Table const metrics = on_every_rank(comm, all);
  for (std::int64_t row = 0; row < metrics.rows(); ++row) {
    if (metrics.at("horizon").integers[static_cast<std::size_t>(row)] != 0) continue;
    std::string const model = metrics.at("model").text(row);
    for (char const* const name : {"wape", "rmsse", "bias", "coverage"}) {
      double const value = metrics.at(name).number(row);
      if (!std::isfinite(value)) continue;
      std::string const use = model == ours ? "night" : "comparison";
      figures.push_back({"forecast_" + std::string(name), {{"model", model}, {"use", use}}, value});
    }
  }
  return figures;
}

std::string accuracy_text(std::vector<Figure> const& figures) {
  for (Figure const& figure : figures) {
    if (figure.name != "forecast_wape" || figure.labels.at("use") != "night") continue;
    return fmt::format("error {:.1f} % of sales (WAPE)", figure.value * 100);
  }
  return "no pairs to judge";
}

}  // namespace

Step forecast_step(NightParams const& params) {
  Step step{"forecast", "Demand forecast", 1, {"daily"}, params.config_of("forecast"), {}, {}};
  step.run = [params](StepWork const& work) -> StepOutcome {
    kernels::Exec const exec;
    ForecastResult const result = forecast_demand(work.comm, exec, load_daily(work), params.backtest.forecast,
                                                  checkpoints_of(work, params), work.progress);
    save_forecast(work.comm, work.folder / "forecast.h5", params.config_of("forecast"), result);
    return {result.forecasts.range.total, counted(result.forecasts.range.total, "forecasts for the next ") +
                                              std::to_string(params.backtest.forecast.horizon) + " days"};
  };
  return step;
}

Step backtest_step(NightParams const& params) {
  std::string const config = params.config_of("forecast") + params.config_of("backtest");
  Step step{"backtest", "Back-test", 1, {"daily"}, config, {}, {}};
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    kernels::Exec const exec;
    BacktestResult const result =
        backtest(work.comm, exec, load_daily(work), params.backtest, checkpoints_of(work, params), work.progress);
    save_table(work, "metrics", config, result.metrics);
    save_table(work, "forecasts", config, result.forecasts);
    std::vector<Figure> const figures = accuracy_figures(work.comm, result.metrics, params.backtest.forecast.model);
    return {result.forecasts.range.total, accuracy_text(figures), figures};
  };
  return step;
}

Step totals_step(NightParams const& params) {
  Step step{"totals", "Totals per day", 1, {"daily", "gate", "backtest"}, "", {}, {}};
  step.run = [params](StepWork const& work) -> StepOutcome {
    io::Table const forecasts = load_forecast_table(work.comm, work.folder_of("gate") / "forecast.h5", "forecasts");
    io::Table const totals =
        item_days(work.comm, load_daily(work), forecasts, load_table(work, "backtest", "forecasts"), params.item_days);
    save_table(work, "item_days", "", totals);
    return {totals.range.total, counted(totals.range.total, "totals")};
  };
  return step;
}

}  // namespace tidemill::drivers
