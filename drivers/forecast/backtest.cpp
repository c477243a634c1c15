#include "drivers/forecast/backtest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "drivers/forecast/baselines.hpp"
#include "drivers/forecast/block_model.hpp"
#include "drivers/forecast/judged_rows.hpp"
#include "drivers/metrics/regression.hpp"
#include "drivers/partition/move_rows.hpp"
#include "io/digest/sha256.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// Models in the order asked for, then the baselines that were not asked for.
std::vector<std::string> models_of(BacktestParams const& params) {
  std::vector<std::string> names = params.models;
  for (std::string const& name : params.models) {
    bool const is_baseline = std::ranges::find(baseline_names(), name) != baseline_names().end();
    if (!is_baseline && name != "boost" && name != "forest") {
      throw ConfigError(
          fmt::format("models: unknown '{}'; known: boost, forest, {}", name, fmt::join(baseline_names(), ", ")));
    }
  }
  for (std::string const& name : baseline_names()) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

/// The series table with what every model and origin needs of it.
struct Judging {
  Judging(io::Comm const& comm_, SeriesTable const& rows_, BacktestParams const& params_)
      : comm(comm_), rows(rows_), params(params_), time(rows.table.at(params.forecast.features.time).integers) {
    FeatureParams const& names = params.forecast.features;
    io::Column const& target = rows.table.at(names.target);
    bool const masks = !names.open.empty() && rows.table.has(names.open);
    for (std::int64_t row = 0; row < rows.table.rows(); ++row) {
      bool const is_closed = masks && rows.table.at(names.open).number(row) == 0;
      units.push_back(is_closed ? std::nan("") : target.number(row) * names.target_scale);
    }
    series.resize(units.size());
    for (std::size_t s = 0; s + 1 < rows.start.size(); ++s) {
      std::fill(series.begin() + rows.start[s], series.begin() + rows.start[s + 1], static_cast<std::int64_t>(s));
    }
    std::int64_t first = io::missing_integer + 1;
    std::int64_t last = io::missing_integer;
    if (!time.empty()) {
      first = -std::ranges::min(time);
      last = std::ranges::max(time);
    }
    first_time = -comm.max(first);
    last_time = comm.max(last);
    for (std::int64_t k = params.origins - 1; k >= 0; --k) {
      origins.push_back(last_time - params.forecast.horizon - k * params.step);
    }
  }
  SeriesPast past(std::size_t s, std::int64_t origin) const {
    auto const begin = static_cast<std::size_t>(rows.start[s]);
    auto const end = static_cast<std::size_t>(rows.start[s + 1]);
    auto const until = std::upper_bound(time.begin() + static_cast<std::ptrdiff_t>(begin),
                                        time.begin() + static_cast<std::ptrdiff_t>(end), origin);
    auto const count = static_cast<std::size_t>(until - time.begin()) - begin;
    return {std::span(time).subspan(begin, count), std::span(units).subspan(begin, count)};
  }
  /// Rows with a known outcome at horizons first..last of an origin.
  std::vector<std::int64_t> rows_at(std::int64_t origin, Block const& block) const {
    std::vector<std::int64_t> chosen;
    for (std::size_t row = 0; row < time.size(); ++row) {
      std::int64_t const horizon = time[row] - origin;
      if (horizon >= block.first && horizon <= block.last && !std::isnan(units[row])) {
        chosen.push_back(static_cast<std::int64_t>(row));
      }
    }
    return chosen;
  }

  io::Comm const& comm;
  SeriesTable const& rows;
  BacktestParams const& params;
  std::vector<std::int64_t> const& time;
  std::vector<double> units;
  std::vector<std::int64_t> series;
  std::vector<std::int64_t> origins;
  std::int64_t first_time = 0, last_time = 0;
};

void add_judged(Judging const& judging, std::size_t origin, std::vector<std::int64_t> const& chosen,
                IntervalForecast const& forecast, JudgedRows& out) {
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    auto const row = static_cast<std::size_t>(chosen[i]);
    out.row.push_back(chosen[i]);
    out.series.push_back(judging.series[row]);
    out.origin.push_back(static_cast<std::int64_t>(origin));
    out.horizon.push_back(judging.time[row] - judging.origins[origin]);
    out.actual.push_back(judging.units[row]);
    out.forecast.push_back(forecast.point[i]);
    out.lower.push_back(forecast.lower[i]);
    out.upper.push_back(forecast.upper[i]);
  }
}

void judge_baseline(Judging const& judging, JudgedRows& out) {
  std::int64_t const season = judging.params.forecast.features.season;
  for (std::size_t o = 0; o < judging.origins.size(); ++o) {
    std::int64_t const origin = judging.origins[o];
    std::vector<std::int64_t> const chosen = judging.rows_at(origin, {1, judging.params.forecast.horizon});
    IntervalForecast forecast;
    for (std::int64_t const row : chosen) {
      auto const i = static_cast<std::size_t>(row);
      SeriesPast const past = judging.past(static_cast<std::size_t>(judging.series[i]), origin - judging.params.gap);
      forecast.point.push_back(baseline_forecast(out.model, past, origin, judging.time[i] - origin, season));
    }
    forecast.lower = forecast.upper = std::vector<double>(chosen.size(), std::nan(""));
    add_judged(judging, o, chosen, forecast, out);
  }
}

void judge_model(Judging const& judging, kernels::Exec const& exec, ForecastRows const& rows, Block const& block,
                 CheckpointPlace const& checkpoints, io::Progress& progress, JudgedRows& out) {
  ForecastParams params = judging.params.forecast;
  params.model = out.model;
  for (std::size_t o = 0; o < judging.origins.size(); ++o) {
    std::int64_t const until = judging.origins[o] - judging.params.gap;
    std::int64_t from = judging.first_time + params.skip_steps - 1;
    if (params.training_steps > 0) from = std::max(from, until - params.training_steps);
    std::string const part = fmt::format("{}-{}-{}-{}", out.model, block.first, block.last, until);
    BlockModel const model =
        train_block(judging.comm, exec, rows, block, from, until, params, checkpoints, part, progress);
    std::vector<std::int64_t> const chosen = judging.rows_at(judging.origins[o], block);
    add_judged(judging, o, chosen, forecast_rows_with(exec, model, take_rows(rows.features.table, chosen), params),
               out);
  }
}

std::vector<std::vector<SeriesScale>> scales_of(Judging const& judging) {
  std::vector<std::vector<SeriesScale>> scales;
  auto const season = static_cast<int>(judging.params.forecast.features.season);
  for (std::int64_t const origin : judging.origins) {
    std::vector<SeriesScale>& at_origin = scales.emplace_back();
    for (std::size_t s = 0; s + 1 < judging.rows.start.size(); ++s) {
      SeriesPast const past = judging.past(s, origin);
      std::vector<double> const values = past.dense();
      double weight = 0;
      for (double const value : past.units) weight += std::isnan(value) ? 0 : std::abs(value);
      at_origin.push_back({mase_scale(values, season), rmsse_scale(values), weight});
    }
  }
  return scales;
}

/// All judged rows by (series, time, origin, model): the same order for any number of ranks.
io::Table judged_table(Judging const& judging, std::vector<JudgedRows> const& models) {
  JudgedRows all;
  std::vector<std::string> names;
  for (JudgedRows const& rows : models) {
    for (std::size_t i = 0; i < rows.size(); ++i) all.add(rows, i);
    names.resize(all.size(), rows.model);
  }
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return std::pair(all.row[a], all.origin[a]) < std::pair(all.row[b], all.origin[b]);
  });
  JudgedRows sorted;
  std::vector<std::string> sorted_names;
  std::vector<std::int64_t> origin;
  for (std::size_t const i : order) {
    sorted.add(all, i);
    sorted_names.push_back(names[i]);
    origin.push_back(judging.origins[static_cast<std::size_t>(all.origin[i])]);
  }
  FeatureParams const& params = judging.params.forecast.features;
  io::Table keys;
  for (std::string const& key : params.series) keys.add(judging.rows.table.at(key));
  keys.add(judging.rows.table.at(params.time));
  io::Table table = take_rows(keys, sorted.row);
  table.range = io::range_of_part(judging.comm, table.range.count);
  table.add(io::integer_column("origin", std::move(origin), keys.at(params.time).type, "", "newest time known"));
  table.add(io::integer_column("horizon", std::move(sorted.horizon), io::ColumnType::integer, "steps", "steps ahead"));
  table.add(io::text_column(judging.comm, "model", sorted_names, "model or baseline"));
  table.add(io::real_column("actual", std::move(sorted.actual), "units", "what came"));
  table.add(io::real_column("forecast", std::move(sorted.forecast), "units", "what was forecast"));
  table.add(io::real_column("lower", std::move(sorted.lower), "units", "lower end of the interval"));
  table.add(io::real_column("upper", std::move(sorted.upper), "units", "upper end of the interval"));
  return table;
}

void check_origins(Judging const& judging) {
  if (judging.origins.front() - judging.params.gap < judging.first_time) {
    throw ConfigError(
        fmt::format("origins = {} with step {}, horizon {} and gap {} need more than the {} steps that "
                    "the table has; ask for fewer origins or a shorter horizon",
                    judging.params.origins, judging.params.step, judging.params.forecast.horizon, judging.params.gap,
                    judging.last_time - judging.first_time + 1));
  }
}

}  // namespace

BacktestResult backtest(io::Comm const& comm, kernels::Exec const& exec, io::Table const& table,
                        BacktestParams const& params, CheckpointPlace const& place, io::Progress& progress) {
  check(params.forecast);
  std::vector<std::string> const names = models_of(params);
  if (params.origins < 1 || params.step < 1 || params.gap < 0) {
    throw ConfigError("origins and step must be at least 1, gap at least 0");
  }
  FeatureParams const& features = params.forecast.features;
  SeriesTable const rows = partition_by_series(comm, table, features.series, features.time);
  if (rows.table.range.total == 0) throw DataError("the table has no rows: there is nothing to judge");
  Judging const judging(comm, rows, params);
  check_origins(judging);
  CheckpointPlace checkpoints = place;
  checkpoints.key = io::sha256_of(place.key + to_text(params.forecast));

  std::vector<JudgedRows> models;
  for (std::string const& name : names) models.emplace_back().model = name;
  for (Block const& block : blocks_of(params.forecast)) {
    bool const has_models = std::ranges::any_of(names, [](auto const& n) { return n == "boost" || n == "forest"; });
    if (!has_models) break;
    ForecastRows const of_block = forecast_rows(comm, exec, rows, params.forecast, block, params.gap);
    for (JudgedRows& model : models) {
      if (model.model != "boost" && model.model != "forest") continue;
      judge_model(judging, exec, of_block, block, checkpoints, progress, model);
    }
  }
  for (JudgedRows& model : models) {
    if (model.model != "boost" && model.model != "forest") judge_baseline(judging, model);
  }
  BacktestResult result;
  result.metrics = judge(comm, models, scales_of(judging), params.forecast.horizon, params.forecast.interval);
  result.forecasts = judged_table(judging, models);
  return result;
}

}  // namespace tidemill::drivers
