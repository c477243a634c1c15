#pragma once

#include <string>

#include "drivers/forecast/forecast.hpp"
#include "jobs/models.hpp"

namespace tidemill::jobs {

/// The options of forecasts as people type them: lists are texts with commas.
struct ForecastOptions {
  std::string series, target = "units", time = "business_date", open;
  std::string lags = "0,1,2,6", seasonal_lags, windows = "7,14,28", statistics = "mean,sd,min,max,median",
              season_means = "2,4,8", unpromoted_windows = "28", groups, group_windows = "7,28,0", price_windows = "28",
              promotions, known, known_windows, statics, peers, holidays, paydays = "1,15";
  std::string transform = "none", objective = "squared";
  std::int64_t block = 0;
  drivers::ForecastParams params;
  TrainOptions trees;
};

/// Everything that says how demand is forecast: series, features, horizon, trees, intervals.
void add_forecast_options(boost::program_options::options_description& out, ForecastOptions& options);

/// The options as parameters. Without them: statics and, for more than one key, groups are the series keys; a block is
/// the season, or the horizon when that is shorter. Throws ConfigError.
drivers::ForecastParams forecast_params(Context const& context, ForecastOptions const& options);

}  // namespace tidemill::jobs
