#pragma once

#include <cstdint>
#include <string>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

struct ItemDaysParams {
  std::int64_t past_days = 182;
  std::int64_t items = 100;      ///< best-selling items beside the chain total
  std::int64_t price_days = 28;  ///< net per unit of the newest so many days prices the forecast
  double interval = 0.8;         ///< share of days that [lower, upper] is to hold
  std::string model = "boost";   ///< whose back-test is shown
};

/// Collective. Units per day of the whole chain (item_key missing) and of the best-selling items over all locations:
/// what was sold, what would have been forecast (newest origin of the back-test), and the forecast. Bounds of a total
/// are not the totals of the bounds, so they are made here from the errors of the back-tested totals themselves: the
/// total times 1 -+ the `interval` quantile of the absolute relative error (missing below ten tested days).
/// Columns: item_key, item_name, date, units, net, tested, tested_lower, tested_upper, forecast, lower, upper,
/// expected_net. Rows by (chain first, then item_key; date). All sums are integers: the same for any number of ranks.
/// `daily` as daily_sales gives it, `forecasts` as forecast_demand, `tested` as backtest gives its forecasts.
io::Table item_days(io::Comm const& comm, io::Table const& daily, io::Table const& forecasts, io::Table const& tested,
                    ItemDaysParams const& params);

}  // namespace tidemill::drivers
