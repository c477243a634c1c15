#include <fmt/format.h>

#include "drivers/night/night_steps.hpp"

namespace tidemill::drivers {

Step trend_step(NightParams const& params) {
  std::string const config = params.config_of("trend");
  Step step{"trend", "Trends", 1, {"daily"}, config, {}, {}};
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    io::Table const trends = find_trends(work.comm, load_table(work, "daily", "daily"), params.trend);
    save_table(work, "trends", config, trends);
    return {trends.range.total, fmt::format("{} rising, {} falling", rows_with(work.comm, trends, "trend", "rising"),
                                            rows_with(work.comm, trends, "trend", "falling"))};
  };
  return step;
}

}  // namespace tidemill::drivers
