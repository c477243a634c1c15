#include "drivers/gate/gate.hpp"

#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "drivers/gate/paired_metrics.hpp"
#include "drivers/gate/units.hpp"
#include "drivers/learn/learning_data.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/read_table.hpp"
#include "jobs/aligned_rows.hpp"
#include "jobs/commands.hpp"
#include "jobs/gate_options.hpp"
#include "jobs/lists.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct GateCommand {
  std::string champion, challenger, actual, target, metrics = "rmse", unit, column = "prediction", output;
  drivers::GateParams params;
};

/// Outcomes as numbers; two classes as 0 and 1, the later one being 1.
std::vector<double> outcomes_of(io::Comm const& comm, io::Column const& column) {
  if (!column.is_text()) return numbers_of(column);
  std::vector<std::string> const classes = drivers::class_names(comm, column);
  if (classes.size() != 2) {
    throw DataError(
        fmt::format("'{}' has {} classes; a gate needs numbers or two classes", column.name, classes.size()));
  }
  std::vector<double> outcomes;
  for (std::int32_t const index : drivers::class_indices(column, classes)) {
    outcomes.push_back(index < 0 ? std::nan("") : index);
  }
  return outcomes;
}

std::vector<double> predictions_of(Context const& context, std::string const& file, std::string const& column,
                                   io::RowRange wanted) {
  return numbers_of(aligned_rows(context.comm, io::read_table(context.comm, file), wanted).at(column));
}

/// Rows without an outcome judge nothing.
void keep_known(std::vector<double> const& outcome, std::vector<double>& values) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    if (!std::isnan(outcome[i])) values[kept++] = values[i];
  }
  values.resize(kept);
}

drivers::PairedRows rows_to_judge(Context const& context, GateCommand const& command) {
  io::Table const actual = io::read_table(context.comm, command.actual);
  std::vector<double> outcome = outcomes_of(context.comm, actual.columns[drivers::find_column(actual, command.target)]);
  std::vector<double> champion = predictions_of(context, command.champion, command.column, actual.range);
  std::vector<double> challenger = predictions_of(context, command.challenger, command.column, actual.range);
  std::vector<std::uint64_t> const unit = drivers::unit_ids(actual, split_list(command.unit));
  drivers::PairedRows rows;
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    if (!std::isnan(outcome[i])) rows.unit.push_back(unit[i]);
  }
  keep_known(outcome, champion);
  keep_known(outcome, challenger);
  keep_known(std::vector<double>(outcome), outcome);
  for (std::string const& name : split_list(command.metrics)) {
    rows.metrics.push_back(drivers::paired_metric(name, {outcome, champion, challenger}));
  }
  return rows;
}

void run_gate(Context const& context, GateCommand const& command) {
  drivers::GateParams params = command.params;
  params.seed = context.seed;
  drivers::check(params);
  drivers::GateVerdict const verdict = drivers::judge_challenger(context.comm, rows_to_judge(context, command), params);
  if (!command.output.empty()) {
    io::commit_text(context.comm, command.output, context.comm.is_root() ? to_json(verdict) : "");
  }
  print_result(context, context.json ? to_json(verdict) : to_text(verdict));
  if (!verdict.promoted) throw Error("the challenger stays out: " + verdict.reason, ExitCode::refused);
}

}  // namespace

Command make_gate_command() {
  auto command = std::make_shared<GateCommand>();
  Command result{"gate", "let a challenger pass only if it is better than the champion and nothing falls", {}, {}, {}};
  result.options.add_options()("champion", po::value(&command->champion)->required(),
                               "predictions of the model in use, columns row,prediction")(
      "challenger", po::value(&command->challenger)->required(), "predictions of the new model for the same rows")(
      "actual", po::value(&command->actual)->required(), "table with what came")(
      "target", po::value(&command->target)->required(), "its column (name or number)")(
      "metrics", po::value(&command->metrics)->default_value(command->metrics),
      "the first must improve, the others must not fall: rmse, mse, mae, rmsle, wape, bias, logloss, error, "
      "pinball_TAU")("unit", po::value(&command->unit),
                     "columns of --actual that name what is drawn as a whole, as item,location (default: each row)")(
      "prediction-column", po::value(&command->column)->default_value(command->column), "of both predictions")(
      "output", po::value(&command->output), "JSON file for the verdict");
  add_options(result.options, command->params, "");
  result.run = [command](Context const& context) { run_gate(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
