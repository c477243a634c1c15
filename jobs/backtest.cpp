#include "drivers/forecast/backtest.hpp"

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "io/digest/sha256.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"
#include "jobs/commands.hpp"
#include "jobs/forecast_options.hpp"
#include "jobs/joined_input.hpp"
#include "jobs/lists.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct BacktestCommand {
  std::string input, join, models = "boost,last_value,seasonal_naive,season_mean", output, checkpoints;
  double checkpoint_interval = 60;
  ForecastOptions forecast;
  drivers::BacktestParams params;
};

nlohmann::json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
}

/// {"boost": {"rmse": ..., "per_horizon": {"1": {"rmse": ...}, ...}}, ...}
nlohmann::json metrics_json(io::Table const& metrics) {
  nlohmann::json models;
  for (std::int64_t row = 0; row < metrics.rows(); ++row) {
    nlohmann::json values;
    for (io::Column const& column : metrics.columns) {
      if (column.is_real()) values[column.name] = number_or_null(column.number(row));
    }
    values["pairs"] = metrics.at("pairs").integers[static_cast<std::size_t>(row)];
    auto const horizon = metrics.at("horizon").integers[static_cast<std::size_t>(row)];
    nlohmann::json& model = models[metrics.at("model").text(row)];
    if (horizon == 0) {
      for (auto const& [name, value] : values.items()) model[name] = value;
    } else {
      model["per_horizon"][std::to_string(horizon)] = values;
    }
  }
  return models;
}

std::string metrics_text(io::Table const& metrics) {
  std::vector<char const*> const shown{"rmse", "mae", "rmsle", "wape", "bias", "mase", "rmsse", "coverage", "width"};
  std::string text = fmt::format("{:<16}{:>9}", "model", "pairs");
  for (char const* name : shown) text += fmt::format("{:>10}", name);
  text += '\n';
  for (std::int64_t row = 0; row < metrics.rows(); ++row) {
    if (metrics.at("horizon").number(row) != 0) continue;
    text += fmt::format("{:<16}{:>9}", metrics.at("model").text(row), metrics.at("pairs").number(row));
    for (char const* name : shown) {
      double const value = metrics.at(name).number(row);
      text += std::isnan(value) ? fmt::format("{:>10}", "-") : fmt::format("{:>10.4f}", value);
    }
    text += '\n';
  }
  return text +
         "mase and rmsse are plain means over series; the file and --json hold weighted ones and every horizon\n";
}

void run_backtest(Context const& context, BacktestCommand const& command) {
  drivers::BacktestParams params = command.params;
  params.forecast = forecast_params(context, command.forecast);
  params.models = split_list(command.models);
  check(params.forecast);
  JoinedInput const source = read_joined(context.comm, command.input, command.join);
  std::string key = context.config_text;
  for (auto const& [name, digest] : source.digests) key += name + " " + digest + "\n";
  drivers::CheckpointPlace const checkpoints{command.checkpoints, io::sha256_of(key), command.checkpoint_interval};
  drivers::BacktestResult const result =
      drivers::backtest(context.comm, kernels::Exec(), source.table, params, checkpoints, context.progress);
  std::string digest;
  if (!command.output.empty()) {
    io::Provenance const provenance{"result", context.config_text, context.seed, source.digests};
    digest = io::commit_hdf5(context.comm, command.output, provenance, [&](io::Hdf5File& file) {
      io::write_table(file, "metrics", result.metrics);
      io::write_table(file, "forecasts", result.forecasts);
    });
  }
  drivers::clear_checkpoints(context.comm, checkpoints);
  if (!context.json) {
    print_result(context, metrics_text(result.metrics));
    return;
  }
  nlohmann::json json{{"horizon", params.forecast.horizon},
                      {"origins", params.origins},
                      {"step", params.step},
                      {"gap", params.gap},
                      {"season", params.forecast.features.season},
                      {"interval", params.forecast.interval},
                      {"models", metrics_json(result.metrics)}};
  if (!digest.empty()) json["digest"] = digest;
  print_result(context, json.dump(2) + "\n");
}

}  // namespace

Command make_backtest_command() {
  auto command = std::make_shared<BacktestCommand>();
  Command result{"backtest", "judge forecasts from rolling origins, beside naive ones", {}, {}, {}};
  result.options.add_options()("input", po::value(&command->input)->required(),
                               "CSV, TSV (plain, gzip, zstd) or HDF5 table: one row per series and time")(
      "join", po::value(&command->join), "FILE:KEY,FILE:KEY: side tables whose columns are added by key")(
      "models", po::value(&command->models)->default_value(command->models),
      "of boost, forest, last_value, seasonal_naive, season_mean (these three always)")(
      "origins", po::value(&command->params.origins)->default_value(command->params.origins), "number of origins")(
      "step", po::value(&command->params.step)->default_value(command->params.step), "steps between origins")(
      "gap", po::value(&command->params.gap)->default_value(command->params.gap),
      "newest steps before an origin whose values are not known yet")("output", po::value(&command->output),
                                                                      "HDF5 file for metrics and forecasts")(
      "checkpoints", po::value(&command->checkpoints), "folder to continue from after a stop")(
      "checkpoint-interval", po::value(&command->checkpoint_interval)->default_value(command->checkpoint_interval),
      "seconds between checkpoints");
  add_forecast_options(result.options, command->forecast);
  result.run = [command](Context const& context) { run_backtest(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
