#include "drivers/night/night_steps.hpp"
#include "drivers/night/price_demand.hpp"

namespace tidemill::drivers {
namespace {

std::int64_t changed_prices(io::Comm const& comm, io::Table const& items) {
  std::int64_t count = 0;
  for (std::int64_t row = 0; row < items.rows(); ++row) {
    double const now = items.at("current_price").number(row), advised = items.at("advised_price").number(row);
    count += advised < now || advised > now ? 1 : 0;
  }
  return comm.sum(count);
}

}  // namespace

Step price_step(NightParams const& params) {
  std::string const config = params.config_of("price");
  Step step{"price", "Price search", 1, {"daily", "elasticity", "gate"}, config, {}, {}};
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    kernels::Exec const exec;
    DemandModel demand;
    if (params.price_by_model) {
      demand = price_demand(work.comm, exec, work.folder_of("gate"), params.backtest.forecast);
      if (!demand) work.progress.say("a baseline made the forecasts: the price search goes by elasticities");
    }
    PriceAdvice const advice = advise_prices(work.comm, load_table(work, "daily", "daily"),
                                             load_table(work, "elasticity", "elasticities"), params.price, demand);
    save_table(work, "prices", config, advice.items);
    save_table(work, "curves", config, advice.curves);
    return {advice.items.range.total, counted(changed_prices(work.comm, advice.items), "prices to change")};
  };
  return step;
}

}  // namespace tidemill::drivers
