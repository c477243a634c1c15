#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/forecast/forecast.hpp"

namespace tidemill::drivers {

/// Rolling-origin evaluation (Tashman 2000): the model is trained on rows with time <= origin - gap and judged on the
/// rows of the table with time in (origin, origin + horizon], per horizon.
struct BacktestParams {
  ForecastParams forecast;
  std::int64_t origins = 1;  ///< the last is `horizon` steps before the table's last time
  std::int64_t step = 1;     ///< steps between origins
  std::int64_t gap = 0;      ///< newest steps before the origin whose values are not known yet
  std::vector<std::string> models{"boost", "last_value", "seasonal_naive", "season_mean"};
};

/// Baselines: last_value (newest value), seasonal_naive (newest value of the same phase), season_mean (mean of the
/// four newest values of the same phase: weekdays when season is 7). Where these are missing the newest value stands
/// in, and 0 for a series without a past. They are always judged beside the models.
struct BacktestResult {
  /// One row per judged row and model: series keys, time, origin, horizon, model, actual, forecast, lower, upper.
  io::Table forecasts;
  /// One row per model and horizon, and with horizon 0 over all horizons: pairs, rmse, mae, rmsle, wape, bias, mase and
  /// rmsse as plain means over series, mase_weighted and rmsse_weighted by the series' sales in training, coverage and
  /// width of intervals (missing for models without), pinball_low and pinball_high at the interval's ends.
  io::Table metrics;
};

/// Collective.
BacktestResult backtest(io::Comm const& comm, kernels::Exec const& exec, io::Table const& table,
                        BacktestParams const& params, CheckpointPlace const& checkpoints, io::Progress& progress);

}  // namespace tidemill::drivers
