#pragma once

#include <string>
#include <vector>

#include "drivers/forecast/backtest.hpp"
#include "drivers/gate/judged_forecasts.hpp"
#include "io/store/registry.hpp"

namespace tidemill::drivers {

/// Name of the demand model among a tenant's models.
constexpr char const* demand_model = "demand";

/// What one model forecast in a back-test, for comparing it with others: the rows of `model` in
/// BacktestResult::forecasts with a known outcome. Where origins overlap, a day counts for each of them.
JudgedForecasts judged_forecasts(io::Table const& backtest, std::string const& model, ForecastParams const& params);

/// A version of the demand model.
struct DemandVersion {
  io::VersionInfo info;
  std::vector<BlockModel> blocks;
  JudgedForecasts judged;
};

/// Collective. Registers the models of a forecast, with what its back-test said; returns the version.
std::string register_demand(io::Comm const& comm, std::filesystem::path const& tenant, io::Lineage const& lineage,
                            std::vector<BlockModel> const& blocks, JudgedForecasts const& judged);

/// Collective. Throws DataError when the version is not there or damaged.
DemandVersion load_demand(io::Comm const& comm, std::filesystem::path const& tenant, std::string const& version);

}  // namespace tidemill::drivers
