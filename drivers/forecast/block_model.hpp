#pragma once

#include <functional>
#include <string>
#include <vector>

#include "drivers/forecast/forecast.hpp"

namespace tidemill::drivers {

/// Horizons first..last that share a model.
struct Block {
  std::int64_t first = 1;
  std::int64_t last = 1;
};
std::vector<Block> blocks_of(ForecastParams const& params);

/// Rows with features and outcomes, of which a model may take any.
struct ForecastRows {
  FeatureTable features;
  std::vector<std::int64_t> time;  ///< per local row
  std::vector<double> units;       ///< per local row; NaN: unknown or closed
};
/// Collective. The features of `rows` for a block; with a gap, values of the newest `gap` steps are not known yet.
ForecastRows forecast_rows(io::Comm const& comm, kernels::Exec const& exec, SeriesTable const& rows,
                           ForecastParams const& params, Block const& block, std::int64_t gap = 0);

/// Collective. Trains a block's models on the rows with known units and time in (from, until].
/// `part` names its checkpoints. Throws DataError when no row is left to train on.
BlockModel train_block(io::Comm const& comm, kernels::Exec const& exec, ForecastRows const& rows, Block const& block,
                       std::int64_t from, std::int64_t until, ForecastParams const& params,
                       CheckpointPlace const& checkpoints, std::string const& part, io::Progress& progress);

struct IntervalForecast {
  std::vector<double> point, lower, upper;  ///< units, never negative; lower and upper NaN without intervals
};
/// Not collective. Forecasts for rows of a feature table.
IntervalForecast forecast_rows_with(kernels::Exec const& exec, BlockModel const& model, io::Table const& features,
                                    ForecastParams const& params);

}  // namespace tidemill::drivers
