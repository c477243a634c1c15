#include <fmt/format.h>

#include <algorithm>

#include "io/adapters/adapters.hpp"
#include "io/error.hpp"

namespace tidemill::io {
namespace {

enum Column : std::size_t {
  location,
  order_id,
  line_id,
  time,
  clock,
  item_key,
  item_name,
  category,
  menu,
  channel,
  qty,
  gross,
  discount,
  net,
  tax,
  unit_cost,
  is_void,
  is_refund,
  is_deferred,
  modifier_of,
  count
};

/// What `--column NAME=HEADER` may name, in the order of the enumeration.
constexpr std::string_view known[count] = {"location",  "order_id",  "line_id",   "time",        "clock",
                                           "item_key",  "item_name", "category",  "menu",        "channel",
                                           "qty",       "gross",     "discount",  "net",         "tax",
                                           "unit_cost", "is_void",   "is_refund", "is_deferred", "modifier_of"};

void convert(Cells const& cells, SalesLine& line) {
  AdapterOptions const& options = cells.options();
  line.location = first_of({cells[location], options.location});
  if (line.location.empty()) throw RowProblem{"location", "the location is missing; give --location", false};
  Moment moment = cells.moment(time);
  if (!cells[clock].empty()) {
    if (!parse_clock(cells[clock], moment.second_of_day)) {
      throw RowProblem{cells.header(clock), "'" + cells.text(clock) + "' is not a time of day", false};
    }
    moment.has_clock = true;
  }
  set_time(line, moment, options);
  line.order_id = cells.text(order_id);
  line.line_id = cells.text(line_id);
  line.item_name = first_of({cells[item_name], cells[item_key]});
  line.item_key = first_of({cells[item_key], cells[item_name]});
  if (line.item_key.empty()) throw RowProblem{cells.header(item_name), "the line names no item", false};
  line.category = cells.text(category);
  line.menu = cells.text(menu);
  line.channel = cells.text(channel);
  line.modifier_of = cells.text(modifier_of);
  line.qty = cells.quantity(qty, 1000);
  line.gross = cells.money(gross);
  line.net = cells.money(net);
  line.discount = cells.money(discount);
  if (line.gross == missing_integer && line.net == missing_integer) {
    throw RowProblem{cells.header(net), "neither gross nor net is given", false};
  }
  if (line.gross == missing_integer) line.gross = line.net + (line.discount == missing_integer ? 0 : line.discount);
  if (line.discount == missing_integer) line.discount = line.net == missing_integer ? 0 : line.gross - line.net;
  if (line.net == missing_integer) line.net = line.gross - line.discount;
  settle_amounts(line, cells.header(net));
  line.tax = cells.money(tax);
  line.unit_cost = cells.money(unit_cost);
  line.is_void = cells.flag(is_void);
  line.is_deferred = cells.flag(is_deferred);
  line.is_refund = cells.flag(is_refund);
  if (!line.is_refund && line.qty < 0) {
    throw RowProblem{cells.header(qty), "a negative quantity on a row that is no refund", false};
  }
  if (line.is_refund && line.gross > 0)
    throw RowProblem{cells.header(gross), "a refund must have a negative amount", false};
}

std::vector<Layout> layouts(AdapterOptions const& options) {
  Layout layout;
  layout.name = "generic";
  std::vector<std::string> const names(std::begin(known), std::end(known));
  for (auto const& [name, header] : options.columns) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw ConfigError(fmt::format("--column {}={}: '{}' is no column of a sales line; did you mean '{}'? There are: {}",
                                  name, header, name, nearest_name(name, names), fmt::join(names, ", ")));
  }
  for (std::string const& name : names) {
    auto const mapped = options.columns.find(name);
    bool const given = mapped != options.columns.end();
    // A column that was named must be there; the rest goes by its own name, when there is one.
    layout.columns.push_back({{given ? mapped->second : name}, given || name == "time"});
  }
  if (options.columns.count("item_key") == 0 && options.columns.count("item_name") == 0) {
    layout.columns[item_name].required = true;
  }
  if (options.columns.count("gross") == 0 && options.columns.count("net") == 0) layout.columns[net].required = true;
  layout.date_column = time;
  bool const by_net = options.columns.count("net") != 0 || options.columns.count("gross") == 0;
  layout.net_column = by_net ? net : gross;
  layout.sums_gross = !by_net;
  layout.convert = convert;
  return {layout};
}

}  // namespace

Adapter generic_adapter() { return {"generic", "any table; --column NAME=HEADER says which column is what", layouts}; }

}  // namespace tidemill::io
