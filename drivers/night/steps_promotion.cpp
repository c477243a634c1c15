#include "drivers/ingest/sales_store.hpp"
#include "drivers/night/night_steps.hpp"

namespace tidemill::drivers {

Step promotion_step(io::Comm const& comm, NightParams const& params) {
  std::string const config = params.config_of_lines("promotion");
  Step step{"promotion", "Promotions", 3, {"daily", "menu", "elasticity", "trend"}, config, {}, {}};
  step.inputs = [&comm, params] { return sales_inputs(comm, params); };
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    io::Table const pairs =
        bought_together(work.comm, night_sales(work.comm, params), params.pair_orders, params.pair_lift);
    io::Table const planned = read_promotions(work.comm, params.store, params.tenant);
    PromotionEffects const effects =
        measure_promotions(work.comm, load_table(work, "daily", "daily"), pairs, params.promotion, {}, &planned);
    io::Table const strategies =
        choose_strategies(work.comm, load_table(work, "menu", "menu"), load_table(work, "elasticity", "elasticities"),
                          effects.windows, pairs, load_table(work, "trend", "trends"), params.strategy);
    save_table(work, "pairs", config, pairs);
    save_table(work, "promotions", config, effects.windows);
    save_table(work, "strategies", config, strategies);
    std::int64_t const windows = effects.windows.range.total;
    std::string summary = counted(windows, "past promotions measured");
    if (effects.unplanned_days > 0) summary += "; " + counted(effects.unplanned_days, "discount days not planned");
    return {windows, summary};
  };
  return step;
}

}  // namespace tidemill::drivers
