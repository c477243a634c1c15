#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/features/features.hpp"
#include "drivers/learn/checkpoint_place.hpp"
#include "drivers/trees/model.hpp"
#include "io/progress/progress.hpp"
#include "kernels/device.hpp"

namespace tidemill::drivers {

/// How a demand model is trained. Horizons 1..horizon are cut into blocks of `block`; each block has its own direct
/// model on features that are `block end` steps old.
struct ForecastParams {
  FeatureParams features;  ///< `lead` is set per block
  std::int64_t horizon = 14;
  std::int64_t block = 7;
  std::string model = "boost";  ///< boost or forest
  TreeParams trees;
  bool log_target = false;              ///< train on ln(1 + y) and give exp(f) - 1: squared loss becomes RMSLE
  double interval = 0.8;                ///< share of outcomes inside [lower, upper]; 0: no intervals
  std::int32_t quantile_trees = 150;    ///< rounds of each of the two quantile models
  std::int64_t calibration_steps = 28;  ///< newest steps of training kept from the quantile models for calibration
  bool monotone_price = true;           ///< demand never rises with the price
  std::int64_t training_steps = 0;      ///< train on the newest so many steps only; 0: all (expanding window)
  std::int64_t skip_steps = 0;          ///< leave out the first steps of the table, whose windows are hardly filled
  std::int64_t live_steps = 28;         ///< a series is forecast when its last row is this recent
};
void check(ForecastParams const& params);
std::string to_text(ForecastParams const& params);

/// The models of one block of horizons, the same on every rank.
struct BlockModel {
  std::int64_t first = 1;  ///< horizons first..last
  std::int64_t last = 1;
  TreeModel point;
  TreeModel low, high;  ///< quantile models of ln(1 + units); without trees when there are no intervals
  double widening = 0;  ///< added to both sides of the interval, in ln(1 + units)
  std::vector<Feature> features;
};

struct ForecastResult {
  /// One row per live series and horizon: the series' key columns, the time column (date), horizon (integer),
  /// forecast, lower, upper (real, units), sorted by key and date, whole series per rank.
  io::Table forecasts;
  std::vector<BlockModel> blocks;
  io::Table importance;  ///< horizon_first, horizon_last, feature, gain, splits; best first within a block
  FeatureTable
      first_rows;  ///< features of the rows of the first block, one per forecast row (not closed) with horizon <= block
  io::Table first_keys;  ///< their key columns, time and price
  ForecastParams params;
};

/// Collective. Trains on the whole table (daily_sales) and forecasts the `horizon` steps after its last time for every
/// live series. Future rows carry the last price and static columns forward, without promotion; `plan`, when given, has
/// the key columns, the time column and any of the known columns (price, promotion, discount), and overrides them where
/// it has a row. Locations closed on a weekday (step modulo season) in each of the last four seasons are forecast as
/// closed: 0. The same bits for any number of ranks, with or without interruption. Throws StoppedAtCheckpoint on a stop
/// signal.
ForecastResult forecast_demand(io::Comm const& comm, kernels::Exec const& exec, io::Table const& daily,
                               ForecastParams const& params, CheckpointPlace const& checkpoints, io::Progress& progress,
                               io::Table const* plan = nullptr);

/// Collective. The same forecasts by models that were trained before, one per block of `params`; nothing is trained.
/// Throws DataError when they are for other horizons or need features that the table does not give.
ForecastResult forecast_with(io::Comm const& comm, kernels::Exec const& exec, io::Table const& daily,
                             ForecastParams const& params, std::vector<BlockModel> const& models);

/// Collective. The forecasts of a baseline (baselines.hpp) for the same rows: ForecastResult::forecasts without
/// intervals.
io::Table forecast_baseline(io::Comm const& comm, io::Table const& daily, ForecastParams const& params,
                            std::string const& baseline);

/// Collective. Writes models, intervals and parameters as the groups block_FIRST_LAST/{point,low,high}.
void save_blocks(io::Hdf5File& file, std::vector<BlockModel> const& blocks, ForecastParams const& params);

}  // namespace tidemill::drivers
