#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "drivers/learn/split.hpp"
#include "io/csv/write_csv.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/read_table.hpp"
#include "jobs/checkpoint_summary.hpp"
#include "jobs/lists.hpp"
#include "jobs/models.hpp"
#include "jobs/train_families.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct TableCommand {
  std::string task, ignore, categorical, weight, validation, importance;
  TrainOptions options;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<double> read_quantiles(std::string const& text) {
  std::vector<double> quantiles = split_numbers("quantiles", text);
  std::sort(quantiles.begin(), quantiles.end());
  quantiles.erase(std::unique(quantiles.begin(), quantiles.end()), quantiles.end());
  if (quantiles.empty() || !(quantiles.front() > 0) || !(quantiles.back() < 1)) {
    throw ConfigError("--quantiles: expected numbers between 0 and 1, as 0.1,0.5,0.9; found '" + text + "'");
  }
  return quantiles;
}

/// The share when --validation is a number between 0 and 1, otherwise NaN.
double share_of(std::string const& text) {
  try {
    std::vector<double> const numbers = split_numbers("validation", text);
    return numbers.size() == 1 && numbers[0] > 0 && numbers[0] < 1 ? numbers[0] : NAN;
  } catch (ConfigError const&) {
    return NAN;
  }
}

struct Inputs {
  drivers::TrainingParts parts;
  std::map<std::string, std::string> digests;
};

Inputs read_inputs(Context const& context, TrainCommon const& common, TableCommand const& command, drivers::Task task) {
  drivers::LearningColumns const columns{common.target, split_list(command.ignore), split_list(command.categorical),
                                         command.weight};
  Inputs inputs;
  inputs.digests["input"] = io::digest_of_file(context.comm, common.input);
  drivers::LearningData data =
      drivers::make_learning_data(context.comm, io::read_table(context.comm, common.input), columns, task);
  if (command.validation.empty()) {
    inputs.parts.train = std::move(data);
  } else if (double const share = share_of(command.validation); !std::isnan(share)) {
    inputs.parts = drivers::split_rows(context.comm, data, share, context.seed);
  } else {
    inputs.digests["validation"] = io::digest_of_file(context.comm, command.validation);
    inputs.parts.validation =
        drivers::matching_data(context.comm, io::read_table(context.comm, command.validation), columns, data);
    inputs.parts.train = std::move(data);
  }
  return inputs;
}

io::Table importance_table(io::Comm const& comm, drivers::LearningData const& data, drivers::Model const& model) {
  drivers::Model::Importance const importance = model.importance();
  if (importance.gain.empty()) throw ConfigError("--importance is for models of trees (boost, forest)");
  io::RowRange const range =
      io::even_share(static_cast<std::int64_t>(importance.gain.size()), comm.rank(), comm.size());
  std::vector<std::string> names;
  std::vector<double> gain;
  std::vector<std::int64_t> splits;
  for (auto f = static_cast<std::size_t>(range.first); f < static_cast<std::size_t>(range.end()); ++f) {
    names.push_back(data.features.columns[f].name);
    gain.push_back(importance.gain[f]);
    splits.push_back(importance.splits[f]);
  }
  io::Table table;
  table.range = range;
  table.add(io::text_column(comm, "feature", names));
  table.add(io::real_column("gain", std::move(gain), "", "sum of the gains of splits on the feature"));
  table.add(io::integer_column("splits", std::move(splits), io::ColumnType::integer, "", "number of splits on it"));
  return table;
}

void report(Context const& context, TrainCommon const& common, TableCommand const& command, Inputs const& inputs,
            drivers::Model const& model, std::string const& digest, double seconds, nlohmann::json const& checkpoints) {
  drivers::LearningData const& train = inputs.parts.train;
  if (context.json) {
    nlohmann::json result{{"model", common.model},
                          {"task", command.task},
                          {"output", common.output},
                          {"digest", digest},
                          {"rows", train.features.range.total},
                          {"features", train.features.columns.size()},
                          {"seconds", seconds}};
    if (!checkpoints.is_null()) result["checkpoints"] = checkpoints;
    for (auto const& [name, value] : model.facts()) result[name] = value;
    print_result(context, result.dump(2) + "\n");
    return;
  }
  print_result(context, fmt::format("{} for {} '{}' on {} rows, {} features in {:.2f} s\n{}  {}\n", common.model,
                                    command.task, train.target_name, train.features.range.total,
                                    train.features.columns.size(), seconds, digest, common.output));
  for (auto const& [name, value] : model.facts()) print_result(context, fmt::format("{} {:.6g}\n", name, value));
}

void run_train(Context const& context, TrainCommon const& common, TableCommand const& command) {
  ModelKind const& kind = model_kind(common.model);
  drivers::Task const task = drivers::task_named(command.task);
  std::vector<double> quantiles;
  if (task == drivers::Task::quantile) quantiles = read_quantiles(command.options.quantiles);
  Inputs const inputs = read_inputs(context, common, command, task);
  drivers::TrainingParts const& parts = inputs.parts;

  auto const start = std::chrono::steady_clock::now();
  TrainRequest const request{parts.train,
                             parts.validation ? &*parts.validation : nullptr,
                             command.options,
                             quantiles,
                             {common.checkpoints, checkpoint_key(context, inputs.digests), common.checkpoint_interval}};
  std::unique_ptr<drivers::Model> const model = kind.train(context, request);
  double const seconds = seconds_since(start);

  io::Provenance const provenance{"model", context.config_text, context.seed, inputs.digests};
  std::string const digest = io::commit_hdf5(context.comm, common.output, provenance, [&](io::Hdf5File& file) {
    drivers::save_card(file, drivers::make_card(kind.name, parts.train, quantiles));
    model->save(file);
  });
  if (!command.importance.empty()) {
    io::write_csv(context.comm, command.importance, importance_table(context.comm, parts.train, *model));
  }
  // The model is safe: what a resume would have needed is not needed any more.
  drivers::clear_checkpoints(context.comm, request.checkpoints);
  report(context, common, command, inputs, *model, digest, seconds,
         checkpoint_summary(context, request.checkpoints, seconds));
}

}  // namespace

TrainFamily make_table_family() {
  auto command = std::make_shared<TableCommand>();
  TrainFamily family{"tables", {}, {"input", "target"}, {}, po::options_description("Models of tables"), {}};
  family.options.add_options()("task", po::value(&command->task)->default_value("regression"),
                               "regression, binary, multiclass, poisson, tweedie, quantile")(
      "ignore", po::value(&command->ignore), "columns not to use, with commas between them")(
      "categorical", po::value(&command->categorical), "number columns that are names of things; text columns always")(
      "weight", po::value(&command->weight), "column of row weights")(
      "validation", po::value(&command->validation), "a file, or the share of rows to hold out for early stopping")(
      "quantiles", po::value(&command->options.quantiles)->default_value(command->options.quantiles),
      "for task quantile")("importance", po::value(&command->importance),
                           "also write gain and number of splits per feature (CSV)");
  std::set<void (*)(po::options_description&, TrainOptions&)> added;
  for (ModelKind const& kind : model_kinds()) {
    family.models.push_back(kind.name);
    if (added.insert(kind.add_options).second) kind.add_options(family.options, command->options);
  }
  family.run = [command](Context const& context, TrainCommon const& common) { run_train(context, common, *command); };
  return family;
}

}  // namespace tidemill::jobs
