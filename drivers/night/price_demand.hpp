#pragma once

#include <filesystem>
#include <string>

#include "drivers/forecast/forecast.hpp"
#include "drivers/pricing/price_advice.hpp"

namespace tidemill::drivers {

/// Name of the file in the gate's folder with what a slice's own champion forecast (forecast_file.hpp).
std::string slice_forecast_file(std::string const& version);

/// Collective. What a price would sell, by the models that made tonight's forecasts: the series of a slice with a
/// champion of its own are asked of that one (the column `version` of the forecasts says whose they are), all others of
/// the champion. Empty when a baseline made the forecasts, which knows of no prices. `folder`: of the step `gate`.
DemandModel price_demand(io::Comm const& comm, kernels::Exec const& exec, std::filesystem::path const& folder,
                         ForecastParams const& params);

}  // namespace tidemill::drivers
