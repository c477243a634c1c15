#include <fmt/format.h>

#include "drivers/night/night_steps.hpp"

namespace tidemill::drivers {

Step elasticity_step(NightParams const& params) {
  Step step{"elasticity", "Elasticities", 1, {"daily"}, params.config_of("elasticity"), {}, {}};
  step.run = [params](StepWork const& work) -> StepOutcome {
    Elasticities const result = estimate_elasticities(work.comm, load_table(work, "daily", "daily"), params.elasticity);
    save_table(work, "elasticities", params.config_of("elasticity"), result.items);
    std::int64_t const identified = rows_with(work.comm, result.items, "status", "IDENTIFIED");
    return {result.items.range.total,
            fmt::format("{} of {} identified", identified, counted(result.items.range.total, "items"))};
  };
  return step;
}

Step menu_step(io::Comm const& comm, NightParams const& params) {
  std::string const config = params.config_of_lines("menu");
  Step step{"menu", "Menu matrix", 1, {}, config, {}, {}};
  step.inputs = [&comm, params] { return sales_inputs(comm, params); };
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    io::Table const menu = menu_matrix(work.comm, night_sales(work.comm, params), params.menu);
    save_table(work, "menu", config, menu);
    return {menu.range.total, counted(rows_with(work.comm, menu, "level", "chain"), "items placed")};
  };
  return step;
}

}  // namespace tidemill::drivers
