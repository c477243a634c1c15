#include "drivers/forecast/baselines.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// Mean of the `count` newest values whose time differs from `when` by whole seasons.
double phase_mean(SeriesPast const& past, std::int64_t when, std::int64_t origin, std::int64_t season, int count) {
  double sum = 0;
  int found = 0;
  if (past.time.empty()) return 0;
  for (std::int64_t t = when - season; t >= past.time.front() && found < count; t -= season) {
    double const value = t > origin ? std::nan("") : past.at(t);
    if (std::isnan(value)) continue;
    sum += value;
    ++found;
  }
  return found == 0 ? past.newest() : sum / found;
}

}  // namespace

double SeriesPast::at(std::int64_t when) const {
  auto const found = std::ranges::lower_bound(time, when);
  if (found == time.end() || *found != when) return std::nan("");
  return units[static_cast<std::size_t>(found - time.begin())];
}

double SeriesPast::newest() const {
  for (std::size_t i = units.size(); i > 0; --i) {
    if (!std::isnan(units[i - 1])) return units[i - 1];
  }
  return 0;
}

std::vector<double> SeriesPast::dense() const {
  if (time.empty()) return {};
  std::vector<double> values(static_cast<std::size_t>(time.back() - time.front() + 1), std::nan(""));
  for (std::size_t i = 0; i < time.size(); ++i) values[static_cast<std::size_t>(time[i] - time.front())] = units[i];
  return values;
}

std::vector<std::string> const& baseline_names() {
  static std::vector<std::string> const names{"last_value", "seasonal_naive", "season_mean"};
  return names;
}

double baseline_forecast(std::string const& name, SeriesPast const& past, std::int64_t origin, std::int64_t horizon,
                         std::int64_t season) {
  if (name == "last_value") return past.newest();
  if (name == "seasonal_naive") return phase_mean(past, origin + horizon, origin, season, 1);
  if (name == "season_mean") return phase_mean(past, origin + horizon, origin, season, 4);
  throw ConfigError(fmt::format("unknown baseline '{}'; known: {}", name, fmt::join(baseline_names(), ", ")));
}

}  // namespace tidemill::drivers
