#include "drivers/drift/drift.hpp"

#include <memory>

#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/read_table.hpp"
#include "jobs/commands.hpp"
#include "jobs/lists.hpp"
#include "jobs/table_output.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct DriftCommand {
  std::string reference, current, columns, output;
  drivers::DriftParams params;
};

void check_drift(drivers::DriftParams const& params) {
  if (params.bins < 2 || params.bins > 1000) throw ConfigError("--bins: expected 2 to 1000");
  if (params.moderate <= 0 || params.major < params.moderate) {
    throw ConfigError("--moderate and --major: expected 0 < moderate <= major");
  }
}

void run_drift(Context const& context, DriftCommand const& command) {
  drivers::DriftParams params = command.params;
  params.columns = split_list(command.columns);
  check_drift(params);
  io::Table const reference = io::read_table(context.comm, command.reference);
  io::Table const current = io::read_table(context.comm, command.current);
  std::vector<drivers::ColumnDrift> const drifts =
      drivers::compare_tables(context.comm, "table", reference, current, params);
  io::Table const table = drivers::drift_table(context.comm, drifts);
  io::Table const bins = drivers::drift_bin_table(context.comm, drifts);
  if (!command.output.empty()) {
    write_results(context, command.output, {{"drift", table}, {"bins", bins}},
                  {{"reference", io::digest_of_file(context.comm, command.reference)},
                   {"current", io::digest_of_file(context.comm, command.current)}});
  }
  if (context.json) {
    print_result(context, "{\"columns\": " + json_rows(context.comm, table) +
                              ",\n\"bins\": " + json_rows(context.comm, bins) + "}\n");
    return;
  }
  print_result(context, text_rows(context.comm, table,
                                  {"column", "kind", "verdict", "psi", "psi_expected", "ks", "ks_p", "js",
                                   "mean_reference", "mean_current"},
                                  1000));
}

}  // namespace

Command make_drift_command() {
  auto command = std::make_shared<DriftCommand>();
  Command result{"drift", "compare the columns of two tables: PSI, Kolmogorov-Smirnov, Jensen-Shannon", {}, {}, {}};
  drivers::DriftParams& p = command->params;
  auto const number = [](auto& value) { return po::value(&value)->default_value(value); };
  result.options.add_options()("reference", po::value(&command->reference)->required(), "table, .csv or .h5")(
      "current", po::value(&command->current)->required(), "table with the same columns")(
      "columns", po::value(&command->columns), "a,b,c (default: all that both have, without dates and wide texts)")(
      "bins", number(p.bins), "of equal counts in the reference")(
      "moderate", number(p.moderate), "stability index from which a column counts as shifted")(
      "major", number(p.major), "and from which the shift is major")(
      "least-rows", number(p.least_rows), "fewer rows are not judged")("output", po::value(&command->output),
                                                                       "result file, .h5 or .csv; the bins go with it");
  result.run = [command](Context const& context) { run_drift(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
