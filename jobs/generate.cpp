#include "drivers/generate/generate.hpp"

#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "jobs/commands.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct GenerateOptions {
  std::string what;
  std::string size;
  std::string output;
  std::string task;
  std::string format;
  drivers::SyntheticTable table;
  drivers::AssetCounts counts;
};

std::string generate(Context const& context, GenerateOptions const& options) {
  drivers::DemoSize const size = drivers::parse_demo_size(options.size);
  if (options.what == "chain") {
    return drivers::generate_chain(context.comm, context.progress, size, context.seed, options.output);
  }
  if (options.what == "assets") {
    return drivers::generate_assets(context.comm, size, context.seed, options.output, options.counts);
  }
  if (options.what != "table") {
    throw ConfigError("what '" + options.what + "' is unknown; expected chain, assets or table");
  }
  drivers::SyntheticTable table = options.table;
  if (table.rows == 0) table.rows = std::array{10000, 200000, 1000000}[static_cast<std::size_t>(size)];
  if (options.task != "regression" && options.task != "binary") {
    throw ConfigError("task '" + options.task + "' is unknown here; expected regression or binary");
  }
  if (options.format != "csv" && options.format != "hdf5") {
    throw ConfigError("format '" + options.format + "' is unknown; expected csv or hdf5");
  }
  table.binary = options.task == "binary";
  table.hdf5 = options.format == "hdf5";
  return drivers::generate_table(context.comm, table, context.seed, options.output);
}

}  // namespace

Command make_generate_command() {
  auto options = std::make_shared<GenerateOptions>();
  Command command{"generate",
                  "write demo data with known truth: a restaurant chain's exports, assets, or a table",
                  po::options_description("Options"),
                  {},
                  {}};
  command.options.add_options()("what", po::value(&options->what)->default_value("chain"),
                                "chain: Toast, Square and Clover exports, costs, promotions, truth.json\n"
                                "assets: a catalogue with user interactions\ntable: features and a target")(
      "size", po::value(&options->size)->default_value("small"), "small, medium or large")(
      "output", po::value(&options->output)->required(), "folder for the files")(
      "assets", po::value(&options->counts.assets)->default_value(0), "assets: how many (0: by size)")(
      "users", po::value(&options->counts.users)->default_value(0), "assets: users (0: by size)")(
      "rows", po::value(&options->table.rows)->default_value(0),
      "table: rows of train (0: 10000, 200000 or 1000000 by size); test has a tenth")(
      "features", po::value(&options->table.features)->default_value(28), "table: columns, 10 of them informative")(
      "task", po::value(&options->task)->default_value("regression"), "table: regression or binary")(
      "missing", po::value(&options->table.missing_share)->default_value(0.0), "table: share of missing cells")(
      "format", po::value(&options->format)->default_value("csv"), "table: csv or hdf5");
  command.run = [options](Context const& context) {
    std::string const summary = generate(context, *options);
    nlohmann::ordered_json const result{{"output", options->output}, {"summary", summary}};
    print_result(context, context.json ? result.dump(2) + "\n" : options->output + ": " + summary + "\n");
  };
  return command;
}

}  // namespace tidemill::jobs
