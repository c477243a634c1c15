#include "drivers/pricing/newsvendor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "io/error.hpp"

namespace tidemill::drivers {

double service_level(double underage_cost, double overage_cost) {
  if (!(underage_cost >= 0) || !(overage_cost >= 0) || underage_cost + overage_cost <= 0) {
    throw ConfigError(
        fmt::format("expected costs of too little and too much that are not negative and not both zero; "
                    "found {} and {}",
                    underage_cost, overage_cost));
  }
  return underage_cost / (underage_cost + overage_cost);
}

double order_quantity(std::span<double const> levels, std::span<double const> values, double underage_cost,
                      double overage_cost) {
  double const level = service_level(underage_cost, overage_cost);
  bool const levels_rise = std::adjacent_find(levels.begin(), levels.end(), std::greater_equal<>()) == levels.end();
  if (levels.empty() || levels.size() != values.size() || !levels_rise || levels.front() <= 0 || levels.back() >= 1 ||
      !std::is_sorted(values.begin(), values.end())) {
    throw ConfigError("expected one value per quantile level, levels rising within 0 and 1, values not falling");
  }
  if (level <= levels.front()) return values.front();
  if (level >= levels.back()) return values.back();
  auto const upper = static_cast<std::size_t>(std::upper_bound(levels.begin(), levels.end(), level) - levels.begin());
  double const share = (level - levels[upper - 1]) / (levels[upper] - levels[upper - 1]);
  return values[upper - 1] + share * (values[upper] - values[upper - 1]);
}

}  // namespace tidemill::drivers
