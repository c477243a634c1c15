#include "drivers/forecast/block_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/forecast/conformal.hpp"
#include "drivers/forecast/finished_model.hpp"
#include "drivers/partition/move_rows.hpp"
#include "drivers/trees/predict.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

using Rows = std::vector<std::int64_t>;

Rows rows_within(ForecastRows const& rows, std::int64_t from, std::int64_t until) {
  Rows chosen;
  for (std::size_t i = 0; i < rows.time.size(); ++i) {
    if (rows.time[i] > from && rows.time[i] <= until && !std::isnan(rows.units[i])) {
      chosen.push_back(static_cast<std::int64_t>(i));
    }
  }
  return chosen;
}

io::Table table_of(io::Comm const& comm, ForecastRows const& rows, Rows const& chosen) {
  io::Table table = take_rows(rows.features.table, chosen);
  table.range = io::range_of_part(comm, table.range.count);
  return table;
}

std::vector<double> targets_of(ForecastRows const& rows, Rows const& chosen, bool log_target) {
  std::vector<double> target;
  for (std::int64_t const row : chosen) {
    double const units = rows.units[static_cast<std::size_t>(row)];
    target.push_back(log_target ? std::log1p(std::max(units, 0.0)) : units);
  }
  return target;
}

TreeDataset dataset_of(io::Comm const& comm, ForecastRows const& rows, Rows const& chosen, bool log_target) {
  io::Table table = table_of(comm, rows, chosen);
  DatasetColumns columns;
  columns.target = "target units";  // a name that no column of a sales table has
  for (Feature const& feature : rows.features.features) {
    columns.features.push_back(feature.name);
    if (feature.is_categorical && !table.at(feature.name).is_text()) columns.categorical.push_back(feature.name);
  }
  table.add(io::real_column(columns.target, targets_of(rows, chosen, log_target)));
  return make_dataset(comm, table, columns);
}

TreeParams tree_params(ForecastParams const& params, std::vector<Feature> const& features) {
  TreeParams trees = params.trees;
  trees.forest = params.model == "forest";
  trees.monotone.clear();
  bool const has_price = std::ranges::any_of(features, [](Feature const& f) { return f.price_direction != 0; });
  if (!params.monotone_price || !has_price) return trees;
  for (Feature const& feature : features) trees.monotone.push_back(static_cast<std::int8_t>(-feature.price_direction));
  return trees;
}

TreeParams quantile_params(TreeParams trees, double quantile, std::int32_t rounds) {
  trees.objective = Objective::quantile;
  trees.quantile = quantile;
  trees.trees = rounds;
  trees.forest = false;
  trees.bootstrap = false;
  return trees;
}

}  // namespace

std::vector<Block> blocks_of(ForecastParams const& params) {
  std::vector<Block> blocks;
  for (std::int64_t first = 1; first <= params.horizon; first += params.block) {
    blocks.push_back({first, std::min(first + params.block - 1, params.horizon)});
  }
  return blocks;
}

ForecastRows forecast_rows(io::Comm const& comm, kernels::Exec const& exec, SeriesTable const& rows,
                           ForecastParams const& params, Block const& block, std::int64_t gap) {
  FeatureParams features = params.features;
  features.lead = block.last + gap;
  ForecastRows result;
  result.features = make_features(comm, exec, rows, features);
  result.time = rows.table.at(features.time).integers;
  io::Column const& target = rows.table.at(features.target);
  bool const masks = !features.open.empty() && rows.table.has(features.open);
  for (std::int64_t row = 0; row < rows.table.rows(); ++row) {
    bool const is_closed = masks && rows.table.at(features.open).number(row) == 0;
    result.units.push_back(is_closed ? std::nan("") : target.number(row) * features.target_scale);
  }
  return result;
}

BlockModel train_block(io::Comm const& comm, kernels::Exec const& exec, ForecastRows const& rows, Block const& block,
                       std::int64_t from, std::int64_t until, ForecastParams const& params,
                       CheckpointPlace const& checkpoints, std::string const& part, io::Progress& progress) {
  Rows const all = rows_within(rows, from, until);
  if (comm.sum(static_cast<std::int64_t>(all.size())) == 0) {
    throw DataError(
        fmt::format("no row with a known {} at time {}..{} to train on; the table is too short for this "
                    "horizon and back-test",
                    params.features.target, from + 1, until));
  }
  BlockModel model;
  model.first = block.first;
  model.last = block.last;
  model.features = rows.features.features;
  TreeParams const trees = tree_params(params, model.features);
  auto const train = [&](Rows const& chosen, TreeParams const& with, bool log_target, std::string const& name) {
    return train_or_load(comm, checkpoints, part + "-" + name, [&](io::CheckpointStore& store) {
      TreeDataset const data = dataset_of(comm, rows, chosen, log_target);
      return train_boost(comm, exec, data, nullptr, with, store, progress);
    });
  };
  model.point = train(all, trees, params.log_target, "point");
  if (params.interval <= 0) return model;

  std::int64_t const newest_calm = until - params.calibration_steps;
  Rows const before = rows_within(rows, from, newest_calm);
  Rows const held_out = rows_within(rows, newest_calm, until);
  if (comm.sum(static_cast<std::int64_t>(before.size())) == 0) {
    throw DataError(
        fmt::format("calibrating intervals on the newest {} steps leaves no row to train on; lower "
                    "calibration-steps, or set interval = 0",
                    params.calibration_steps));
  }
  double const tail = (1 - params.interval) / 2;
  model.low = train(before, quantile_params(trees, tail, params.quantile_trees), true, "low");
  model.high = train(before, quantile_params(trees, 1 - tail, params.quantile_trees), true, "high");
  io::Table const table = table_of(comm, rows, held_out);
  model.widening = conformal_widening(comm, targets_of(rows, held_out, true), predict(exec, model.low, table).value,
                                      predict(exec, model.high, table).value, params.interval);
  return model;
}

IntervalForecast forecast_rows_with(kernels::Exec const& exec, BlockModel const& model, io::Table const& features,
                                    ForecastParams const& params) {
  IntervalForecast result;
  result.point = predict(exec, model.point, features).value;
  for (double& value : result.point) value = std::max(0.0, params.log_target ? std::expm1(value) : value);
  std::vector<double> const unknown(result.point.size(), std::nan(""));
  result.lower = result.upper = unknown;
  if (params.interval <= 0) return result;
  std::vector<double> const low = predict(exec, model.low, features).value;
  std::vector<double> const high = predict(exec, model.high, features).value;
  for (std::size_t i = 0; i < low.size(); ++i) {
    auto const [least, most] = std::minmax({low[i] - model.widening, high[i] + model.widening});
    result.lower[i] = std::max(0.0, std::expm1(least));
    result.upper[i] = std::max(0.0, std::expm1(most));
  }
  return result;
}

}  // namespace tidemill::drivers
