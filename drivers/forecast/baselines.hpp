#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tidemill::drivers {

/// One series up to an origin: times ascending, units NaN where unknown.
struct SeriesPast {
  std::span<std::int64_t const> time;
  std::span<double const> units;

  /// The known value stamped exactly `when`, or NaN.
  double at(std::int64_t when) const;
  /// The newest known value, or 0 for a series without one.
  double newest() const;
  /// One value per step from the first row to the last; NaN in gaps.
  std::vector<double> dense() const;
};

/// Names of the forecasts that need no model.
std::vector<std::string> const& baseline_names();

/// The forecast of a baseline for `horizon` steps after `origin`. Throws ConfigError for an unknown name.
///   last_value      the newest value
///   seasonal_naive  the newest value of the same phase of the season
///   season_mean     mean of the four newest values of the same phase (weekday, when the season is 7)
/// Where there is no value of the phase, the newest value stands in.
double baseline_forecast(std::string const& name, SeriesPast const& past, std::int64_t origin, std::int64_t horizon,
                         std::int64_t season);

}  // namespace tidemill::drivers
