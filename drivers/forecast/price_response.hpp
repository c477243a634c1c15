#pragma once

#include "drivers/forecast/forecast.hpp"
#include "drivers/pricing/price_advice.hpp"

namespace tidemill::drivers {

/// Collective. A demand model for the price search: units per day as the mean forecast over the first block of
/// horizons, with the price features of these days set to the price asked for. It never rises with the price when the
/// model was trained so (ForecastParams::monotone_price). Items without a forecast answer NaN. The answer copies what
/// it needs from `result` and communicates no more; prices are asked in the major unit of money.
DemandModel price_response(io::Comm const& comm, kernels::Exec const& exec, ForecastResult const& result);

}  // namespace tidemill::drivers
