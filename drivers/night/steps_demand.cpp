#include <fmt/format.h>

#include "drivers/night/forecast_file.hpp"
#include "drivers/night/night_steps.hpp"

namespace tidemill::drivers {
namespace {

/// Checkpoints belong to a step's key, which holds the digests of its inputs.
CheckpointPlace checkpoints_of(StepWork const& work, NightParams const& params) {
  return {work.folder / "checkpoints", work.key, params.checkpoint_seconds};
}

io::Table load_daily(StepWork const& work) { return load_table(work, "daily", "daily"); }

std::string accuracy_of(io::Comm const& comm, io::Table const& metrics, std::string const& model) {
  double wape = -1;
  for (std::int64_t row = 0; row < metrics.rows(); ++row) {
    bool const is_total = metrics.at("horizon").integers[static_cast<std::size_t>(row)] == 0;
    if (is_total && metrics.at("model").text(row) == model) wape = metrics.at("wape").number(row);
  }
  wape = comm.max(wape);
  return wape < 0 ? "no pairs to judge" : fmt::format("error {:.1f} % of sales (WAPE)", wape * 100);
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
    return {result.forecasts.range.total, accuracy_of(work.comm, result.metrics, params.backtest.forecast.model)};
  };
  return step;
}

Step totals_step(NightParams const& params) {
  Step step{"totals", "Totals per day", 1, {"daily", "gate", "backtest"}, "", {}, {}};
  step.run = [params](StepWork const& work) -> StepOutcome {
    ForecastResult const forecast =
        load_forecast(work.comm, work.folder_of("gate") / "forecast.h5", params.backtest.forecast);
    io::Table const totals = item_days(work.comm, load_daily(work), forecast.forecasts,
                                       load_table(work, "backtest", "forecasts"), params.item_days);
    save_table(work, "item_days", "", totals);
    return {totals.range.total, counted(totals.range.total, "totals")};
  };
  return step;
}

}  // namespace tidemill::drivers
