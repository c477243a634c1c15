#include "io/adapters/adapters.hpp"
#include "io/error.hpp"

namespace tidemill::io {
namespace {

enum Column : std::size_t {
  date,
  item_id,
  product_code,
  sku,
  order_id,
  item,
  currency,
  weight,
  total_revenue,
  total_discount,
  order_discount,
  net,
  tax,
  refunded,
  exchanged,
  state,
  service_charge,
  category,
  location
};

void convert(Cells const& cells, SalesLine& line) {
  AdapterOptions const& options = cells.options();
  if (cells.flag(service_charge)) throw RowProblem{"Service Charge", "a service charge, no item", true};
  if (!cells[state].empty() && normalised_header(cells[state]) != "paid") {
    throw RowProblem{"Order Payment State", "the order is not paid: " + cells.text(state), true};
  }
  line.location = first_of({cells[location], options.location});
  set_time(line, cells.moment(date), options);
  if (!cells[currency].empty() && cells[currency] != options.currency) {
    throw RowProblem{"Currency", "'" + cells.text(currency) + "' is not " + options.currency + " (--currency)", false};
  }
  line.order_id = cells.text(order_id);
  line.item_name = cells.text(item);
  line.item_key = first_of({cells[sku], cells[item_id], cells[product_code], cells[item]});
  if (line.item_key.empty()) throw RowProblem{"Item Name", "the line names no item", false};
  line.category = cells.text(category);
  line.gross = cells.needed_money(total_revenue);
  line.discount = -(cells.money(total_discount, 0) + cells.money(order_discount, 0));
  line.net = cells.needed_money(net);
  settle_amounts(line, "Item Total");
  line.tax = cells.money(tax);
  line.qty = cells.quantity(weight, 1000);
  bool const given_back = cells.flag(refunded) || cells.flag(exchanged);
  line.is_refund = given_back;
  // Here a refund is a mark on the row of the sale, and the two cancel. A row of its own has negative amounts.
  line.is_void = given_back && line.gross >= 0;
  if (given_back && line.gross < 0 && line.qty > 0) line.qty = -line.qty;
  if (!given_back && line.qty < 0) {
    throw RowProblem{"Per Unit Quantity", "a negative quantity on a row that is no refund", false};
  }
}

std::vector<Layout> layouts(AdapterOptions const& options) {
  Layout layout;
  layout.name = "clover-items";
  layout.columns = {{{"Line Item Date"}, true},
                    {{"Item ID"}, false},
                    {{"Item Product Code"}, false},
                    {{"Item SKU"}, false},
                    {{"Order ID"}, true},
                    {{"Item Name"}, true},
                    {{"Currency"}, false},
                    {{"Per Unit Quantity"}, false},
                    {{"Total Revenue"}, true},
                    {{"Total Discount"}, true},
                    {{"Order Discount Proportion"}, true},
                    {{"Item Total"}, true},
                    {{"Tax Amount"}, false},
                    {{"Refunded"}, true},
                    {{"Exchanged"}, false},
                    {{"Order Payment State"}, true},
                    {{"Service Charge"}, false},
                    {{"Category"}, false},
                    // Not in the export, though a person may have added it.
                    {{"Location"}, false}};
  if (options.location.empty()) layout.columns[location] = {{"Location (or give --location)", "Location"}, true};
  layout.date_column = date;
  layout.net_column = net;
  layout.convert = convert;
  return {layout};
}

}  // namespace

Adapter clover_adapter() { return {"clover", "Clover: LineItemsExport (give --location)", layouts}; }

}  // namespace tidemill::io
