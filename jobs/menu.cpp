#include "drivers/menu/menu.hpp"

#include <fmt/format.h>

#include <memory>

#include "drivers/ingest/sales_store.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/read_table.hpp"
#include "jobs/commands.hpp"
#include "jobs/table_output.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct MenuCommand {
  std::string input, store, tenant, variant, level, output;
  int rows = 40;
  drivers::MenuParams params;
};

struct MenuSource {
  io::Table table;
  bool is_items = false;  ///< one row per item, else sales lines
  std::map<std::string, std::string> digests;
};

MenuSource read_source(Context const& context, MenuCommand const& command) {
  if (command.input.empty() == command.store.empty()) {
    throw ConfigError("menu needs either --input items.csv or --store DIR --tenant T");
  }
  MenuSource source;
  if (!command.store.empty()) {
    source.table = drivers::read_sales(context.comm, command.store, command.tenant);
    return source;
  }
  io::TextFormat format;
  format.text_columns = {"item", "category", "location", "item_key", "order_id"};
  source.table = io::read_table(context.comm, command.input, format);
  source.is_items = source.table.has("price");
  source.digests["input"] = io::digest_of_file(context.comm, command.input);
  return source;
}

void run_menu(Context const& context, MenuCommand const& command) {
  drivers::MenuParams params = command.params;
  params.rule.variant = drivers::menu_variant_named(command.variant);
  params.seed = context.seed;
  params.by_location = command.level == "location";
  if (command.level != "chain" && command.level != "location") {
    throw ConfigError("--level: expected chain or location; found '" + command.level + "'");
  }
  MenuSource const source = read_source(context, command);
  io::Table const matrix = source.is_items ? drivers::menu_matrix_of_items(context.comm, source.table, params)
                                           : drivers::menu_matrix(context.comm, source.table, params);
  write_results(context, command.output, {{"menu", matrix}}, source.digests);
  if (context.json) {
    std::string const rows = json_rows(context.comm, matrix);
    print_result(context,
                 fmt::format("{{\"variant\": \"{}\", \"popularity_share\": {}, \"min_days\": {}, \"season_days\": {}, "
                             "\"resamples\": {},\n\"items\": {}}}\n",
                             command.variant, params.rule.popularity_share, params.min_days, params.season_days,
                             source.is_items ? 0 : params.resamples, rows));
    return;
  }
  print_result(context, text_rows(context.comm, matrix,
                                  {"location", "category", "item_name", "class", "stability", "units", "price",
                                   "margin", "x_distance", "y_distance", "action"},
                                  command.rows));
}

}  // namespace

Command make_menu_command() {
  auto command = std::make_shared<MenuCommand>();
  Command result{"menu", "place the items of a menu: popular or not, profitable or not, and what to do", {}, {}, {}};
  std::string variants;
  for (std::string const& name : drivers::menu_variant_names()) variants += (variants.empty() ? "" : ", ") + name;
  drivers::MenuParams& params = command->params;
  result.options.add_options()("input", po::value(&command->input),
                               "items (columns item,category,units,price,cost) or sales lines; CSV or HDF5")(
      "store", po::value(&command->store), "read the sales of a tenant instead")(
      "tenant", po::value(&command->tenant)->default_value("default"), "whose sales")(
      "variant", po::value(&command->variant)->default_value("kasavana_smith"), variants.c_str())(
      "popularity", po::value(&params.rule.popularity_share)->default_value(params.rule.popularity_share),
      "popular from this part of an equal share of units")(
      "level", po::value(&command->level)->default_value("location"), "location (beside the chain), or chain only")(
      "min-days", po::value(&params.min_days)->default_value(params.min_days), "fewer days on the menu: NEW")(
      "season-days", po::value(&params.season_days)->default_value(params.season_days),
      "days without a sale at the end: SEASONAL_OUT")(
      "resamples", po::value(&params.resamples)->default_value(params.resamples), "for the stability of a class")(
      "rows", po::value(&command->rows)->default_value(command->rows), "printed")("output", po::value(&command->output),
                                                                                  "result file, .h5 or .csv");
  result.run = [command](Context const& context) { run_menu(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
