#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "drivers/features/context.hpp"

namespace tidemill::drivers {
namespace {

using kernels::Statistic;

constexpr std::array<std::pair<char const*, Statistic>, 6> statistic_names{{{"mean", Statistic::mean},
                                                                            {"sd", Statistic::sd},
                                                                            {"min", Statistic::min},
                                                                            {"max", Statistic::max},
                                                                            {"median", Statistic::median},
                                                                            {"count", Statistic::count}}};

void add_windows(FeatureContext& context, kernels::RollingInput const& input, kernels::Array<double> const& out) {
  FeatureParams const& params = context.params;
  for (std::int64_t const window : params.windows) {
    for (auto const& [name, statistic] : statistic_names) {
      bool const is_asked =
          std::find(params.statistics.begin(), params.statistics.end(), name) != params.statistics.end();
      bool const is_simple = statistic == Statistic::mean || statistic == Statistic::count;
      if (!is_asked || (window == 0 && !is_simple)) continue;
      kernels::roll(context.exec, input, params.lead, window, statistic, out);
      std::string const span = window == 0 ? "all" : std::to_string(window);
      context.add({fmt::format("{}_{}", name, span)}, out,
                  fmt::format("{} of the {} steps ending {} before", name, span, params.lead));
    }
  }
}

}  // namespace

void add_series_features(FeatureContext& context) {
  FeatureParams const& params = context.params;
  std::vector<kernels::Fixed> values;
  io::agree(context.comm, "features of series", [&] { values = context.target_values(); });
  kernels::RollingInput const input = context.rolling_input(values);
  kernels::Array<double> const out("feature", context.size());
  auto const add_lag = [&](std::int64_t steps) {
    kernels::lag(context.exec, context.series, input.values, steps, out);
    context.add({fmt::format("lag_{}", steps)}, out, fmt::format("value {} steps before", steps));
  };
  for (std::int64_t const lag : params.lags) add_lag(params.lead + lag);
  for (std::int64_t const lag : params.seasonal_lags) {
    if (lag >= params.lead) add_lag(lag);
  }
  add_windows(context, input, out);
  for (std::int64_t const count : params.season_means) {
    if (params.season <= 1) break;
    kernels::season_mean(context.exec, context.series, input.values, params.lead, params.season, count, out);
    context.add({fmt::format("season_mean_{}", count)}, out,
                fmt::format("mean of the {} newest values of the same phase of {}", count, params.season));
  }
  kernels::steps_since_value(context.exec, input, params.lead, out);
  context.add({"steps_since_value"}, out, fmt::format("age of the newest value {} steps before", params.lead));
  kernels::steps_since_first(context.exec, context.series, params.lead, out);
  context.add({"steps_since_first"}, out, "steps since the first row of the series");

  if (params.promotions.empty() || params.unpromoted_windows.empty()) return;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::string const& flag : params.promotions) {
      if (context.is_on(flag, i)) values[i] = kernels::missing_fixed;
    }
  }
  kernels::RollingInput const unpromoted = context.rolling_input(values);
  for (std::int64_t const window : params.unpromoted_windows) {
    kernels::roll(context.exec, unpromoted, params.lead, window, Statistic::mean, out);
    context.add(
        {fmt::format("unpromoted_mean_{}", window)}, out,
        fmt::format("mean of the values without a promotion in {} steps ending {} before", window, params.lead));
  }
}

}  // namespace tidemill::drivers
