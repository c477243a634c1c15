#pragma once

#include <filesystem>
#include <string>

#include "drivers/forecast/forecast.hpp"

namespace tidemill::drivers {

/// Collective. Keeps a whole forecast (models, forecasts, importance and what a price search asks) in one committed
/// file, so that later steps need not train again. Returns the file's digest.
std::string save_forecast(io::Comm const& comm, std::filesystem::path const& path, std::string const& config,
                          ForecastResult const& result);

/// Collective. The models alone, as the groups block_NUMBER of an open file, and back.
void save_block_models(io::Hdf5File& file, std::vector<BlockModel> const& blocks);
std::vector<BlockModel> load_block_models(io::Hdf5File& file);

/// Collective. Reads what save_forecast wrote; `params` are those it was made with.
ForecastResult load_forecast(io::Comm const& comm, std::filesystem::path const& path, ForecastParams const& params);
/// Collective. One table of it, `forecasts` or `importance`.
io::Table load_forecast_table(io::Comm const& comm, std::filesystem::path const& path, std::string const& name);

}  // namespace tidemill::drivers
