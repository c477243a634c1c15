#include "drivers/features/features.hpp"

#include <fmt/format.h>

#include <memory>

#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/read_table.hpp"
#include "io/tables/table_file.hpp"
#include "jobs/commands.hpp"
#include "jobs/forecast_options.hpp"
#include "jobs/joined_input.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct FeaturesCommand {
  std::string input, join, output;
  ForecastOptions forecast;
};

void run_features(Context const& context, FeaturesCommand const& command) {
  drivers::FeatureParams params = forecast_params(context, command.forecast).features;
  params.lead = command.forecast.params.horizon;
  JoinedInput const input = read_joined(context.comm, command.input, command.join);
  drivers::SeriesTable const rows = drivers::partition_by_series(context.comm, input.table, params.series, params.time);
  drivers::FeatureTable const features = drivers::make_features(context.comm, kernels::Exec(), rows, params);
  io::Provenance const provenance{"table", context.config_text, context.seed, input.digests};
  std::string const digest = io::commit_hdf5(context.comm, command.output, provenance, [&](io::Hdf5File& file) {
    io::write_table(file, "table", features.table);
    io::write_table(file, "rows", rows.table);
  });
  std::string text =
      fmt::format("{} features of {} rows in {} series, {} steps old\n{}  {}\n", features.features.size(),
                  rows.table.range.total, rows.total_series, params.lead, digest, command.output);
  for (drivers::Feature const& feature : features.features) {
    text += fmt::format("{:<32}{}\n", feature.name, feature.is_known_in_advance ? "known in advance" : "past only");
  }
  print_result(context, text);
}

}  // namespace

Command make_features_command() {
  auto command = std::make_shared<FeaturesCommand>();
  Command result{"features", "write the features that a direct forecast would use", {}, {}, {}};
  result.options.add_options()("input", po::value(&command->input)->required(),
                               "CSV, TSV (plain, gzip, zstd) or HDF5 table: one row per series and time")(
      "join", po::value(&command->join), "FILE:KEY,FILE:KEY: side tables whose columns are added by key")(
      "output", po::value(&command->output)->required(), "HDF5 file: groups table (features) and rows (the input)");
  add_forecast_options(result.options, command->forecast);
  result.run = [command](Context const& context) { run_features(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
