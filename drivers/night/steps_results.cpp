#include <algorithm>
#include <filesystem>

#include "drivers/night/forecast_file.hpp"
#include "drivers/night/night_steps.hpp"
#include "io/csv/write_csv.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {
namespace {

struct Result {
  std::string name;  ///< of the group in results.h5 and of the CSV file
  std::string step;
  std::string file;
};

std::vector<Result> const& results() {
  static std::vector<Result> const all{{"item_days", "totals", "item_days"},
                                       {"backtest", "backtest", "metrics"},
                                       {"menu", "menu", "menu"},
                                       {"elasticities", "elasticity", "elasticities"},
                                       {"prices", "price", "prices"},
                                       {"price_curves", "price", "curves"},
                                       {"promotions", "promotion", "promotions"},
                                       {"strategies", "promotion", "strategies"},
                                       {"bought_together", "promotion", "pairs"},
                                       {"trends", "trend", "trends"},
                                       {"sources", "quality", "sources"},
                                       {"quarantine", "quality", "quarantine"}};
  return all;
}

struct NamedTable {
  std::string name;
  io::Table table;
};

/// Forecasts first, then the tables of the steps that `names` has.
std::vector<NamedTable> collect(StepWork const& work, NightParams const& params,
                                std::vector<std::string> const& names) {
  ForecastResult const forecast =
      load_forecast(work.comm, work.folder_of("forecast") / "forecast.h5", params.backtest.forecast);
  std::vector<NamedTable> tables{{"forecast", forecast.forecasts}, {"importance", forecast.importance}};
  for (Result const& result : results()) {
    if (std::find(names.begin(), names.end(), result.step) == names.end()) continue;
    tables.push_back({result.name, load_table(work, result.step, result.file)});
  }
  return tables;
}

}  // namespace

std::vector<Step> night_steps(io::Comm const& comm, NightParams const& params) {
  std::vector<Step> steps;
  if (!params.sources.empty()) steps.push_back(ingest_step(comm, params));
  for (Step const& step : {quality_step(comm, params), daily_step(comm, params), forecast_step(params),
                           backtest_step(params), totals_step(params), elasticity_step(params), price_step(params),
                           menu_step(comm, params), trend_step(params), promotion_step(comm, params)}) {
    steps.push_back(step);
  }
  steps.push_back(results_step(params, steps));
  return steps;
}

Step results_step(NightParams const& params, std::vector<Step> const& before) {
  std::string config;
  for (auto const& [section, text] : params.config) config += text;
  std::vector<std::string> names;
  for (Step const& step : before) names.push_back(step.name);
  Step step{"results", "Results", 1, names, config, {}, {}};
  step.run = [params, config, names](StepWork const& work) -> StepOutcome {
    std::vector<NamedTable> const tables = collect(work, params, names);
    io::Provenance const provenance{"result", config, params.seed, sales_inputs(work.comm, params)};
    io::commit_hdf5(work.comm, work.folder / "results.h5", provenance, [&](io::Hdf5File& file) {
      for (NamedTable const& named : tables) io::write_table(file, named.name, named.table);
    });
    std::int64_t rows = 0;
    for (NamedTable const& named : tables) {
      io::write_csv(work.comm, work.folder / "csv" / (named.name + ".csv"), named.table);
      rows += named.table.range.total;
    }
    return {rows, std::to_string(tables.size()) + " tables as HDF5 and CSV"};
  };
  return step;
}

}  // namespace tidemill::drivers
