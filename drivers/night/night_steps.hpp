#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "drivers/night/night_params.hpp"
#include "drivers/night/step.hpp"

namespace tidemill::drivers {

/// The graph of a night, in the order it is run: ingest (when there are sources), quality, daily, forecast, backtest,
/// gate, totals, elasticity, price, menu, trend, promotion, drift, results. `comm` and `params` must outlive the steps.
/// The files of `results` (results.h5, CSV files, the demand model) are the night.
std::vector<Step> night_steps(io::Comm const& comm, NightParams const& params);

// Groups of steps, in one file each.
Step ingest_step(io::Comm const& comm, NightParams const& params);
Step quality_step(io::Comm const& comm, NightParams const& params);
Step daily_step(io::Comm const& comm, NightParams const& params);
Step forecast_step(NightParams const& params);
Step backtest_step(NightParams const& params);
/// Registers the demand model, lets it pass the gate or not, and keeps the forecasts of the model that is to be used.
Step gate_step(io::Comm const& comm, NightParams const& params);
Step totals_step(NightParams const& params);
Step elasticity_step(NightParams const& params);
Step price_step(NightParams const& params);
Step menu_step(io::Comm const& comm, NightParams const& params);
Step promotion_step(io::Comm const& comm, NightParams const& params);
Step trend_step(NightParams const& params);
Step drift_step(NightParams const& params);
/// Gathers the tables of the steps before it.
Step results_step(NightParams const& params, std::vector<Step> const& before);

/// Collective. A table as the file FOLDER/NAME.h5 of a step, and back.
void save_table(StepWork const& work, std::string const& name, std::string const& config, io::Table const& table);
io::Table load_table(StepWork const& work, std::string const& step, std::string const& name);

/// Collective. Digests of what the store holds of a tenant's sales and promotions: name -> digest.
std::map<std::string, std::string> sales_inputs(io::Comm const& comm, NightParams const& params);

/// Collective. The tenant's sales lines up to the night's date.
io::Table night_sales(io::Comm const& comm, NightParams const& params);

/// Collective. Rows whose text in `column` is `value`, over all ranks.
std::int64_t rows_with(io::Comm const& comm, io::Table const& table, std::string const& column,
                       std::string const& value);

/// "12,345 rows" and the like for summaries.
std::string counted(std::int64_t count, std::string const& what);

}  // namespace tidemill::drivers
