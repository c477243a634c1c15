#include "jobs/panel_options.hpp"

#include "drivers/ingest/sales_store.hpp"
#include "drivers/sales/daily_sales.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/read_table.hpp"
#include "jobs/lists.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {

void add_options(po::options_description& out, PanelOptions& options) {
  drivers::PanelColumns& names = options.columns;
  auto const column = [](std::string& name) { return po::value(&name)->default_value(name); };
  out.add_options()("input", po::value(&options.input), "daily (or weekly) sales per item; CSV or HDF5")(
      "store", po::value(&options.store), "read the sales of a tenant instead")(
      "tenant", po::value(&options.tenant)->default_value("default"), "whose sales")(
      "location", column(names.location), "column: place of sale")("item", column(names.item), "column: item key")(
      "item-name", column(names.item_name), "column: name of the item")("category", column(names.category),
                                                                        "column: items of one category compete")(
      "date", column(names.date), "column: date, or whole number of the step")(
      "units", column(names.units), "column: units sold")("price", column(names.price), "column: list price per unit")(
      "cost", column(names.cost), "column: cost per unit")("promotion", column(names.promotion),
                                                           "column: 1 on promotion days")(
      "discount", column(names.discount_depth), "column: discount as a share of the list price")(
      "open", column(names.is_open), "column: 0 when the place was closed")(
      "controls", po::value(&options.controls), "further number columns that move demand, with commas between them");
}

DailySource read_daily(Context const& context, PanelOptions const& options) {
  if (options.input.empty() == options.store.empty()) {
    throw ConfigError("expected either --input FILE or --store DIR --tenant T");
  }
  DailySource source;
  source.columns = options.columns;
  source.columns.controls = split_list(options.controls);
  if (!options.store.empty()) {
    source.sales = drivers::read_sales(context.comm, options.store, options.tenant);
    io::Table const promotions = drivers::read_promotions(context.comm, options.store, options.tenant);
    source.daily = drivers::daily_sales(context.comm, source.sales, &promotions);
    return source;
  }
  io::TextFormat format;
  format.text_columns = {source.columns.location, source.columns.item, source.columns.item_name,
                         source.columns.category};
  source.daily = io::read_table(context.comm, options.input, format);
  source.digests["input"] = io::digest_of_file(context.comm, options.input);
  return source;
}

}  // namespace tidemill::jobs
