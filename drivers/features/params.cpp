#include "drivers/features/params.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "drivers/features/calendar.hpp"
#include "io/error.hpp"
#include "kernels/features/windows.hpp"

namespace tidemill::drivers {
namespace {

void check_all(std::vector<std::int64_t> const& values, std::int64_t least, std::int64_t most, char const* key) {
  for (std::int64_t const value : values) {
    if (value >= least && value <= most) continue;
    throw ConfigError(fmt::format("{} = {}: expected {}..{}", key, value, least, most));
  }
}

}  // namespace

void check(FeatureParams const& params) {
  constexpr std::int64_t longest = 100000;
  check_all({params.lead}, 1, longest, "lead");
  check_all({params.season}, 1, longest, "season");
  check_all(params.lags, 0, longest, "lags");
  check_all(params.seasonal_lags, 1, longest, "seasonal-lags");
  check_all(params.windows, 0, longest, "windows");
  check_all(params.season_means, 1, longest, "season-means");
  check_all(params.unpromoted_windows, 0, longest, "unpromoted-windows");
  check_all(params.group_windows, 0, longest, "group-windows");
  check_all(params.known_windows, 0, longest, "known-windows");
  check_all(params.price_windows, 1, kernels::largest_median_window, "price-windows");
  check_all(params.paydays, 1, 31, "paydays");
  static std::vector<std::string> const statistics{"mean", "sd", "min", "max", "median", "count"};
  for (std::string const& name : params.statistics) {
    if (std::ranges::find(statistics, name) == statistics.end()) {
      throw ConfigError(fmt::format("statistics = {}: expected some of {}", name, fmt::join(statistics, ", ")));
    }
    if (name == "median") check_all(params.windows, 0, kernels::largest_median_window, "windows (with a median)");
  }
  if (params.series.empty()) throw ConfigError("series: expected at least one key column");
  if (!(params.target_scale > 0)) throw ConfigError("target-scale: expected a number above 0");
  if (!(params.smoothing >= 0)) throw ConfigError("smoothing: expected a number of rows, 0 or more");
  Holidays const checked(params.holidays);
}

std::string to_text(FeatureParams const& params) {
  std::string text;
  auto const add = [&](char const* key, auto const& value) { text += fmt::format("{} = {}\n", key, value); };
  auto const add_list = [&](char const* key, auto const& values) {
    text += fmt::format("{} = {}\n", key, fmt::join(values, ","));
  };
  add_list("series", params.series);
  add("time", params.time);
  add("target", params.target);
  add("target-scale", params.target_scale);
  add("log-values", params.log_values);
  add("open", params.open);
  add("lead", params.lead);
  add("season", params.season);
  add_list("lags", params.lags);
  add_list("seasonal-lags", params.seasonal_lags);
  add_list("windows", params.windows);
  add_list("statistics", params.statistics);
  add_list("season-means", params.season_means);
  add_list("unpromoted-windows", params.unpromoted_windows);
  add_list("groups", params.groups);
  add_list("group-windows", params.group_windows);
  add("smoothing", params.smoothing);
  add("price", params.price);
  add("list-price", params.list_price);
  add_list("price-windows", params.price_windows);
  add_list("promotions", params.promotions);
  add_list("known", params.known);
  add_list("known-windows", params.known_windows);
  add_list("statics", params.statics);
  add_list("peers", params.peers);
  add("calendar", params.calendar);
  add_list("holidays", params.holidays);
  add_list("paydays", params.paydays);
  return text;
}

}  // namespace tidemill::drivers
