#include "drivers/forecast/forecast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "drivers/forecast/baselines.hpp"
#include "drivers/forecast/block_model.hpp"
#include "drivers/forecast/future_rows.hpp"
#include "drivers/partition/move_rows.hpp"
#include "io/digest/sha256.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

bool is_closed(ExtendedTable const& table, std::string const& open, std::int64_t row) {
  return !open.empty() && table.rows.table.has(open) && table.rows.table.at(open).number(row) == 0;
}

/// Forecasts of the rows of the extended table: none for the past, 0 where closed.
struct Outcome {
  std::vector<double> forecast, lower, upper;
  Outcome(ExtendedTable const& table, std::string const& open) {
    for (std::int64_t row = 0; row < table.rows.table.rows(); ++row) {
      forecast.push_back(is_closed(table, open, row) ? 0 : std::nan(""));
    }
    lower = upper = forecast;
  }
};

/// Rows to forecast; closed ones stay at 0.
std::vector<std::int64_t> rows_of_block(ExtendedTable const& table, ForecastParams const& params, Block const& block) {
  std::vector<std::int64_t> const& time = table.rows.table.at(params.features.time).integers;
  std::vector<std::int64_t> chosen;
  for (std::size_t row = 0; row < time.size(); ++row) {
    std::int64_t const horizon = time[row] - table.last_time;
    if (table.is_future[row] == 0 || horizon < block.first || horizon > block.last) continue;
    if (!is_closed(table, params.features.open, static_cast<std::int64_t>(row))) {
      chosen.push_back(static_cast<std::int64_t>(row));
    }
  }
  return chosen;
}

io::Table key_table(io::Table const& table, FeatureParams const& params, std::vector<std::int64_t> const& rows,
                    bool with_price) {
  io::Table keys;
  for (std::string const& key : params.series) keys.add(table.at(key));
  keys.add(table.at(params.time));
  if (with_price && !params.price.empty()) keys.add(table.at(params.price));
  return take_rows(keys, rows);
}

io::Table forecast_table(io::Comm const& comm, ExtendedTable const& table, Outcome const& outcome,
                         ForecastParams const& params) {
  std::vector<std::int64_t> rows;
  std::vector<std::int64_t> horizon;
  std::vector<double> forecast, lower, upper;
  std::vector<std::int64_t> const& time = table.rows.table.at(params.features.time).integers;
  for (std::size_t row = 0; row < time.size(); ++row) {
    if (table.is_future[row] == 0) continue;
    rows.push_back(static_cast<std::int64_t>(row));
    horizon.push_back(time[row] - table.last_time);
    forecast.push_back(outcome.forecast[row]);
    lower.push_back(outcome.lower[row]);
    upper.push_back(outcome.upper[row]);
  }
  io::Table result = key_table(table.rows.table, params.features, rows, false);
  result.range = io::range_of_part(comm, result.range.count);
  std::string const share = fmt::format("{:g} %", params.interval * 100);
  result.add(io::integer_column("horizon", std::move(horizon), io::ColumnType::integer, "steps", "steps ahead"));
  result.add(io::real_column("forecast", std::move(forecast), "units", "expected demand"));
  result.add(io::real_column("lower", std::move(lower), "units", "lower end of the " + share + " interval"));
  result.add(io::real_column("upper", std::move(upper), "units", "upper end of the " + share + " interval"));
  return result;
}

/// The same rows on every rank would be written several times: root holds them all.
io::Table importance_table(io::Comm const& comm, std::vector<BlockModel> const& blocks) {
  std::vector<std::int64_t> first, last, splits;
  std::vector<std::string> names;
  std::vector<double> gain;
  for (BlockModel const& block : blocks) {
    if (!comm.is_root()) break;
    FeatureImportance const importance = importance_of(block.point);
    std::vector<std::size_t> order(importance.gain.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](auto a, auto b) { return importance.gain[a] > importance.gain[b]; });
    for (std::size_t const f : order) {
      first.push_back(block.first);
      last.push_back(block.last);
      names.push_back(block.point.feature_names[f]);
      gain.push_back(importance.gain[f]);
      splits.push_back(importance.splits[f]);
    }
  }
  io::Table table;
  table.range = io::range_of_part(comm, static_cast<std::int64_t>(names.size()));
  table.add(io::integer_column("horizon_first", first, io::ColumnType::integer, "steps", "first horizon of the model"));
  table.add(io::integer_column("horizon_last", last, io::ColumnType::integer, "steps", "last horizon of the model"));
  table.add(io::text_column(comm, "feature", names, "feature of the model"));
  table.add(io::real_column("gain", gain, "loss", "loss removed by all splits on the feature"));
  table.add(io::integer_column("splits", splits, io::ColumnType::integer, "splits", "number of splits"));
  return table;
}

/// The past, the rows to forecast, and where training begins.
struct ForecastTask {
  ForecastTask(io::Comm const& comm, io::Table const& daily, ForecastParams const& params, io::Table const* plan) {
    SeriesTable const past = partition_by_series(comm, daily, params.features.series, params.features.time);
    if (past.table.range.total == 0) throw DataError("the sales table has no rows: there is nothing to forecast");
    table = add_future_rows(comm, past, params, plan);
    std::int64_t first_time = table.last_time;
    for (std::int64_t const t : past.table.at(params.features.time).integers) first_time = std::min(first_time, t);
    from = comm.min(first_time) + params.skip_steps - 1;
    if (params.training_steps > 0) from = std::max(from, table.last_time - params.training_steps);
  }
  ExtendedTable table;
  std::int64_t from = 0;
};

using ModelOfBlock = std::function<BlockModel(ForecastRows const& rows, Block const& block)>;

/// Collective. Forecasts block by block with the models that `model_of` gives.
ForecastResult forecast_blocks(io::Comm const& comm, kernels::Exec const& exec, ExtendedTable const& table,
                               ForecastParams const& params, ModelOfBlock const& model_of) {
  FeatureParams const& names = params.features;
  ForecastResult result;
  result.params = params;
  Outcome outcome(table, names.open);
  for (Block const& block : blocks_of(params)) {
    ForecastRows const rows = forecast_rows(comm, exec, table.rows, params, block);
    BlockModel model = model_of(rows, block);
    std::vector<std::int64_t> const chosen = rows_of_block(table, params, block);
    io::Table features = take_rows(rows.features.table, chosen);
    features.range = io::range_of_part(comm, features.range.count);
    IntervalForecast const forecast = forecast_rows_with(exec, model, features, params);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      auto const row = static_cast<std::size_t>(chosen[i]);
      outcome.forecast[row] = forecast.point[i];
      outcome.lower[row] = forecast.lower[i];
      outcome.upper[row] = forecast.upper[i];
    }
    if (result.blocks.empty()) {
      result.first_rows = {std::move(features), rows.features.features};
      result.first_keys = key_table(table.rows.table, names, chosen, true);
      result.first_keys.range = result.first_rows.table.range;
    }
    result.blocks.push_back(std::move(model));
  }
  result.forecasts = forecast_table(comm, table, outcome, params);
  result.importance = importance_table(comm, result.blocks);
  return result;
}

/// The model of a block among those trained before. Throws DataError when it does not fit the rows.
BlockModel const& model_for(std::vector<BlockModel> const& models, ForecastRows const& rows, Block const& block,
                            ForecastParams const& params) {
  for (BlockModel const& model : models) {
    if (model.first != block.first || model.last != block.last) continue;
    if (params.interval > 0 && model.low.ensemble.trees() == 0) throw DataError("the model gives no intervals");
    for (Feature const& feature : model.features) {
      if (!rows.features.table.has(feature.name)) {
        throw DataError("the model needs the feature '" + feature.name + "', which the table does not give");
      }
    }
    return model;
  }
  throw DataError(fmt::format("there is no model of horizons {} to {}", block.first, block.last));
}

}  // namespace

ForecastResult forecast_demand(io::Comm const& comm, kernels::Exec const& exec, io::Table const& daily,
                               ForecastParams const& params, CheckpointPlace const& place, io::Progress& progress,
                               io::Table const* plan) {
  check(params);
  CheckpointPlace checkpoints = place;
  checkpoints.key = io::sha256_of(place.key + to_text(params));
  ForecastTask const task(comm, daily, params, plan);
  return forecast_blocks(comm, exec, task.table, params, [&](ForecastRows const& rows, Block const& block) {
    std::string const part = fmt::format("{}-{}", block.first, block.last);
    return train_block(comm, exec, rows, block, task.from, task.table.last_time, params, checkpoints, part, progress);
  });
}

ForecastResult forecast_with(io::Comm const& comm, kernels::Exec const& exec, io::Table const& daily,
                             ForecastParams const& params, std::vector<BlockModel> const& models) {
  check(params);
  ForecastTask const task(comm, daily, params, nullptr);
  return forecast_blocks(comm, exec, task.table, params, [&](ForecastRows const& rows, Block const& block) {
    return model_for(models, rows, block, params);
  });
}

io::Table forecast_baseline(io::Comm const& comm, io::Table const& daily, ForecastParams const& params,
                            std::string const& baseline) {
  check(params);
  ForecastTask const task(comm, daily, params, nullptr);
  FeatureParams const& names = params.features;
  io::Table const& rows = task.table.rows.table;
  std::vector<std::int64_t> const& time = rows.at(names.time).integers;
  Outcome outcome(task.table, names.open);
  std::vector<double> units;
  for (std::int64_t row = 0; row < rows.rows(); ++row) {
    bool const is_unknown =
        task.table.is_future[static_cast<std::size_t>(row)] != 0 || is_closed(task.table, names.open, row);
    units.push_back(is_unknown ? std::nan("") : rows.at(names.target).number(row) * names.target_scale);
  }
  for (std::size_t s = 0; s + 1 < task.table.rows.start.size(); ++s) {
    auto const begin = static_cast<std::size_t>(task.table.rows.start[s]);
    auto const end = static_cast<std::size_t>(task.table.rows.start[s + 1]);
    std::size_t past = begin;
    while (past < end && task.table.is_future[past] == 0) ++past;
    SeriesPast const known{std::span(time).subspan(begin, past - begin), std::span(units).subspan(begin, past - begin)};
    for (std::size_t row = past; row < end; ++row) {
      if (is_closed(task.table, names.open, static_cast<std::int64_t>(row))) continue;
      outcome.forecast[row] =
          baseline_forecast(baseline, known, task.table.last_time, time[row] - task.table.last_time, names.season);
    }
  }
  return forecast_table(comm, task.table, outcome, params);
}

void save_blocks(io::Hdf5File& file, std::vector<BlockModel> const& blocks, ForecastParams const& params) {
  file.set_attribute("/", "forecast_params", to_text(params));
  for (BlockModel const& block : blocks) {
    std::string const group = fmt::format("block_{}_{}", block.first, block.last);
    file.create_group(group);
    file.set_attribute(group, "widening", block.widening);
    save_model(file, block.point, group + "/point");
    if (params.interval <= 0) continue;
    save_model(file, block.low, group + "/low");
    save_model(file, block.high, group + "/high");
  }
}

}  // namespace tidemill::drivers
