#include <fmt/format.h>

#include "drivers/ingest/sales_store.hpp"
#include "drivers/night/night_steps.hpp"
#include "io/csv/write_csv.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// The rows up to and including a business date. Rows of a date are whole on one rank, in date order, so what is kept
/// is again consecutive over the ranks.
io::Table up_to(io::Comm const& comm, io::Table const& sales, std::int64_t date) {
  std::vector<std::int64_t> const& dates = sales.at("business_date").integers;
  std::size_t kept = 0;
  while (kept < dates.size() && dates[kept] <= date) ++kept;
  io::Table cut = sales;
  for (io::Column& column : cut.columns) column.resize(static_cast<std::int64_t>(kept));
  cut.range = io::range_of_part(comm, static_cast<std::int64_t>(kept));
  return cut;
}

}  // namespace

io::Table night_sales(io::Comm const& comm, NightParams const& params) {
  io::Table sales = read_sales(comm, params.store, params.tenant);
  if (params.date) sales = up_to(comm, sales, *params.date);
  if (sales.range.total > 0) return sales;
  throw DataError(fmt::format("tenant {} has no sales{}; ingest exports that reach it", params.tenant,
                              params.date ? " up to " + io::date_text(*params.date) : ""));
}

Step daily_step(io::Comm const& comm, NightParams const& params) {
  std::string const config = params.config_of_lines("daily");
  Step step{"daily", "Daily sales", 1, {}, config, {}, {}};
  step.inputs = [&comm, params] { return sales_inputs(comm, params); };
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    io::Table const sales = night_sales(work.comm, params);
    io::Table const promotions = read_promotions(work.comm, params.store, params.tenant);
    io::Table const daily =
        daily_sales(work.comm, sales, promotions.range.total > 0 ? &promotions : nullptr, params.daily);
    save_table(work, "daily", config, daily);
    return {daily.range.total, fmt::format("{} from {}", counted(daily.range.total, "days of items"),
                                           counted(sales.range.total, "lines"))};
  };
  return step;
}

}  // namespace tidemill::drivers
