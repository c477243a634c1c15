#include <fmt/format.h>

#include "drivers/forecast/forecast.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

void check_range(char const* key, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value < least || value > most)
    throw ConfigError(fmt::format("{} = {}: expected {}..{}", key, value, least, most));
}

}  // namespace

void check(ForecastParams const& params) {
  constexpr std::int64_t longest = 100000;
  check(params.features);
  check_range("horizon", params.horizon, 1, longest);
  check_range("block", params.block, 1, longest);
  check_range("calibration-steps", params.calibration_steps, 1, longest);
  check_range("quantile-trees", params.quantile_trees, 1, longest);
  check_range("training-steps", params.training_steps, 0, longest);
  check_range("skip-steps", params.skip_steps, 0, longest);
  check_range("live-steps", params.live_steps, 0, longest);
  if (!(params.interval >= 0 && params.interval < 1)) {
    throw ConfigError(fmt::format("interval = {}: expected a share from 0 (none) to below 1", params.interval));
  }
  if (params.model != "boost" && params.model != "forest") {
    throw ConfigError(fmt::format("model = {}: expected boost or forest", params.model));
  }
}

std::string to_text(ForecastParams const& params) {
  std::string text = to_text(params.features) + to_text(params.trees);
  auto const add = [&](char const* key, auto const& value) { text += fmt::format("{} = {}\n", key, value); };
  add("horizon", params.horizon);
  add("block", params.block);
  add("model", params.model);
  add("log-target", params.log_target);
  add("interval", params.interval);
  add("quantile-trees", params.quantile_trees);
  add("calibration-steps", params.calibration_steps);
  add("monotone-price", params.monotone_price);
  add("training-steps", params.training_steps);
  add("skip-steps", params.skip_steps);
  add("live-steps", params.live_steps);
  return text;
}

}  // namespace tidemill::drivers
