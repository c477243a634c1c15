#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "io/csv/write_csv.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/read_table.hpp"
#include "io/tables/table_file.hpp"
#include "jobs/commands.hpp"
#include "jobs/models.hpp"
#include "jobs/score_text.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct ScoreCommand {
  std::string model, input, output, shap;
};

std::string unit_of(drivers::ModelCard const& card) {
  return drivers::is_classification(card.task) ? "probability" : "unit of " + card.target;
}

io::Table prediction_table(drivers::ModelCard const& card, std::vector<double> const& predictions, io::RowRange range) {
  io::Table table;
  table.range = range;
  std::vector<std::int64_t> numbers;
  for (std::int64_t row = range.first; row < range.end(); ++row) numbers.push_back(row);
  table.add(io::integer_column("row", std::move(numbers), io::ColumnType::integer, "", "row of the input, from 0"));
  std::vector<std::string> const names = card.output_names();
  for (std::size_t k = 0; k < names.size(); ++k) {
    std::vector<double> values;
    for (std::size_t at = k; at < predictions.size(); at += names.size()) values.push_back(predictions[at]);
    table.add(io::real_column(names[k], std::move(values), unit_of(card), "prediction of " + card.target));
  }
  return table;
}

/// One row per row and output: the contribution of each feature, and the part that is the same for all rows.
io::Table contribution_table(LoadedModel const& loaded, io::Table const& rows) {
  std::vector<double> const contributions = loaded.model->contributions(rows);
  std::vector<std::string> columns = loaded.card.features.names;
  columns.push_back("(mean)");
  std::int64_t const outputs = loaded.card.outputs();
  io::Table table;
  table.range = {rows.range.first * outputs, rows.range.count * outputs, rows.range.total * outputs};
  std::vector<std::int64_t> row, output;
  for (std::int64_t i = 0; i < table.range.count; ++i) {
    row.push_back((table.range.first + i) / outputs);
    output.push_back(i % outputs);
  }
  table.add(io::integer_column("row", std::move(row), io::ColumnType::integer, "", "row of the input, from 0"));
  if (outputs > 1) {
    table.add(io::integer_column("output", std::move(output), io::ColumnType::integer, "", "column of the prediction"));
  }
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::vector<double> values;
    for (std::size_t at = c; at < contributions.size(); at += columns.size()) values.push_back(contributions[at]);
    table.add(io::real_column(columns[c], std::move(values), "raw score", "Shapley value"));
  }
  return table;
}

void write_result(Context const& context, ScoreCommand const& command, std::string const& path,
                  io::Table const& table) {
  if (!std::string_view(path).ends_with(".h5")) {
    io::write_csv(context.comm, path, table);
    return;
  }
  std::map<std::string, std::string> const inputs{{"model", io::digest_of_file(context.comm, command.model)},
                                                  {"input", io::digest_of_file(context.comm, command.input)}};
  io::commit_hdf5(context.comm, path, {"result", context.config_text, context.seed, inputs},
                  [&](io::Hdf5File& file) { io::write_table(file, "table", table); });
}

/// Returns false, having done nothing, when the model is not one of texts.
bool run_score_texts(Context const& context, ScoreCommand const& command) {
  io::Hdf5File model = io::Hdf5File::open(context.comm, command.model);
  if (!is_text_model(model)) return false;
  io::verify_hdf5(context.comm, command.model);
  if (!command.shap.empty()) throw ConfigError("--shap is for models of trees (boost, forest)");
  io::Table const table = score_texts(context, model, command.input);
  model.close();
  write_result(context, command, command.output, table);
  nlohmann::json const result{{"rows", table.range.total}, {"output", command.output}};
  print_result(context, context.json ? result.dump(2) + "\n"
                                     : fmt::format("{} rows scored  {}\n", table.range.total, command.output));
  return true;
}

void run_score(Context const& context, ScoreCommand const& command) {
  if (run_score_texts(context, command)) return;
  LoadedModel const loaded = load_model_file(context.comm, command.model);
  io::Table const input = io::read_table(context.comm, command.input);
  io::Table const rows = drivers::select_features(context.comm, input, loaded.card.features);
  std::vector<double> const predictions = loaded.model->predict(context.comm, rows);
  write_result(context, command, command.output, prediction_table(loaded.card, predictions, rows.range));
  if (!command.shap.empty()) write_result(context, command, command.shap, contribution_table(loaded, rows));
  if (context.json) {
    nlohmann::json const result{
        {"rows", rows.range.total}, {"columns", loaded.card.output_names()}, {"output", command.output}};
    print_result(context, result.dump(2) + "\n");
  } else {
    print_result(context, fmt::format("{} rows scored  {}\n", rows.range.total, command.output));
  }
}

}  // namespace

Command make_score_command() {
  auto command = std::make_shared<ScoreCommand>();
  Command result{"score", "predict the rows of a table with a model", {}, {}, {}};
  result.options.add_options()("model", po::value(&command->model)->required(), "model file")(
      "input", po::value(&command->input)->required(), "CSV, TSV or HDF5 table with the model's features")(
      "output", po::value(&command->output)->required(), "CSV (row, prediction ...), or a table when it ends in .h5")(
      "shap", po::value(&command->shap), "also write each feature's share in each prediction (Shapley values)");
  result.run = [command](Context const& context) { run_score(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
