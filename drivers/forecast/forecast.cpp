#include "drivers/forecast/forecast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

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

}  // namespace

ForecastResult forecast_demand(io::Comm const& comm, kernels::Exec const& exec, io::Table const& daily,
                               ForecastParams const& params, CheckpointPlace const& place, io::Progress& progress,
                               io::Table const* plan) {
  check(params);
  FeatureParams const& names = params.features;
  CheckpointPlace checkpoints = place;
  checkpoints.key = io::sha256_of(place.key + to_text(params));
  SeriesTable const past = partition_by_series(comm, daily, names.series, names.time);
  if (past.table.range.total == 0) throw DataError("the sales table has no rows: there is nothing to forecast");
  ExtendedTable const table = add_future_rows(comm, past, params, plan);
  std::int64_t first_time = table.last_time;
  for (std::int64_t const t : past.table.at(names.time).integers) first_time = std::min(first_time, t);
  std::int64_t from = comm.min(first_time) + params.skip_steps - 1;
  if (params.training_steps > 0) from = std::max(from, table.last_time - params.training_steps);

  ForecastResult result;
  result.params = params;
  Outcome outcome(table, names.open);
  for (Block const& block : blocks_of(params)) {
    ForecastRows const rows = forecast_rows(comm, exec, table.rows, params, block);
    std::string const part = fmt::format("{}-{}", block.first, block.last);
    BlockModel model = train_block(comm, exec, rows, block, from, table.last_time, params, checkpoints, part, progress);
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
