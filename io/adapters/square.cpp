#include <algorithm>
#include <cctype>

#include "io/adapters/adapters.hpp"

namespace tidemill::io {
namespace {

enum Column : std::size_t {
  date,
  time_of_day,
  category,
  item,
  qty,
  price_point,
  sku,
  gross,
  discounts,
  net,
  tax,
  transaction,
  event,
  location,
  dining,
  channel,
  itemization,
  token,
  gtin
};

bool holds(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; }) != text.end();
}

void convert(Cells const& cells, SalesLine& line) {
  AdapterOptions const& options = cells.options();
  line.location = first_of({cells[location], options.location});
  if (line.location.empty()) throw RowProblem{"Location", "the location is missing; give --location", false};
  Moment moment = cells.moment(date);
  if (!cells[time_of_day].empty()) {
    if (!parse_clock(cells[time_of_day], moment.second_of_day)) {
      throw RowProblem{"Time", "'" + cells.text(time_of_day) + "' is not a time of day", false};
    }
    moment.has_clock = true;
  }
  set_time(line, moment, options);
  line.order_id = cells.text(transaction);
  line.item_name = cells.text(item);
  if (!cells[price_point].empty() && cells[price_point] != "Regular")
    line.item_name += " (" + cells.text(price_point) + ")";
  line.item_key = first_of({cells[sku], cells[token], cells[gtin], line.item_name});
  if (line.item_key.empty()) throw RowProblem{"Item", "the line names no item", false};
  line.category = cells.text(category);
  line.channel = first_of({cells[dining], cells[channel]});
  line.gross = cells.needed_money(gross);
  line.discount = cells.money(discounts, 0);
  line.net = cells.needed_money(net);
  settle_amounts(line, "Net Sales");
  line.tax = cells.money(tax);
  line.qty = cells.quantity(qty, 1000);
  line.is_refund = holds(cells[event], "refund");
  line.is_deferred = holds(cells[itemization], "gift card") || holds(cells[itemization], "gift_card");
  if (!line.is_refund && line.qty < 0) {
    throw RowProblem{"Qty", "a negative quantity on a row that is no refund", false};
  }
  if (line.is_refund && line.gross > 0) {
    throw RowProblem{cells.header(gross), "a refund must have a negative amount", false};
  }
}

/// `Product Sales` present: it is the amount before discounts, and `Gross Sales` stands last, with tax.
Layout layout(bool with_product_sales) {
  Layout layout;
  layout.name = "square-items";
  layout.columns = {{{"Date"}, true},
                    {{"Time"}, false},
                    {{"Category"}, false},
                    {{"Item"}, true},
                    {{"Qty"}, true},
                    {{"Price Point Name"}, false},
                    {{"SKU"}, false},
                    {{with_product_sales ? "Product Sales" : "Gross Sales"}, true},
                    {{"Discounts"}, true},
                    {{"Net Sales"}, true},
                    {{"Tax"}, false},
                    {{"Transaction ID"}, true},
                    {{"Event Type"}, false},
                    {{"Location"}, false},
                    {{"Dining Option"}, false},
                    {{"Channel"}, false},
                    {{"Itemization Type"}, false},
                    {{"Token"}, false},
                    {{"GTIN"}, false}};
  layout.date_column = date;
  layout.net_column = net;
  layout.convert = convert;
  return layout;
}

}  // namespace

Adapter square_adapter() {
  return {"square", "Square: items detail, with Gross Sales or Product Sales", [](AdapterOptions const&) {
            return std::vector<Layout>{layout(true), layout(false)};
          }};
}

}  // namespace tidemill::io
