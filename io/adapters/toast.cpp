#include "io/adapters/adapters.hpp"

namespace tidemill::io {
namespace {

// Positions in the lists of columns below.
enum Head : std::size_t {
  location,
  order_id,
  order_date,
  dining_option,
  selection_id,
  item_id,
  master_id,
  sku,
  item,
  category,
  gross,
  discount,
  net,
  qty,
  voided,
  head_columns
};
enum Items : std::size_t { menu = head_columns, menu_group, tax, deferred, plu };
enum Modifiers : std::size_t { parent_id = head_columns };
enum Report : std::size_t { report_master, report_item_id, report_name, report_net };

/// Some exports write whole refunded lines with negative amounts; there is no flag for them.
void convert_line(Cells const& cells, SalesLine& line) {
  AdapterOptions const& options = cells.options();
  line.location = first_of({cells[location], options.location});
  if (line.location.empty()) throw RowProblem{"Location", "the location is missing; give --location", false};
  set_time(line, cells.moment(order_date), options);
  line.order_id = cells.text(order_id);
  line.item_name = cells.text(item);
  line.item_key = first_of({cells[sku], cells[master_id], cells[item_id], cells[item]});
  if (line.item_key.empty()) throw RowProblem{cells.header(item), "the line names no item", false};
  line.category = cells.text(category);
  line.channel = cells.text(dining_option);
  line.gross = cells.needed_money(gross);
  line.discount = cells.money(discount, 0);
  line.net = cells.needed_money(net);
  settle_amounts(line, cells.header(net));
  line.qty = cells.quantity(qty, 1000);
  line.is_void = cells.flag(voided);
  line.is_refund = line.qty < 0;
  if (line.qty < 0 && line.gross > 0) {
    throw RowProblem{cells.header(qty), "a negative quantity with a positive amount is neither sale nor refund", false};
  }
}

std::vector<InputColumn> head(std::vector<InputColumn> const& more) {
  std::vector<InputColumn> columns{{{"Location"}, false},
                                   {{"Order Id"}, true},
                                   {{"Order Date", "Sent Date"}, true},
                                   {{"Dining Option"}, false},
                                   {{"Item Selection Id"}, true},
                                   {{"Item Id", "Modifier Id"}, false},
                                   {{"Master Id"}, false},
                                   {{"SKU", "Modifier SKU"}, false},
                                   {{"Menu Item", "Modifier"}, true},
                                   {{"Sales Category", "Sales Cateogry"}, false},
                                   {{"Gross Price"}, true},
                                   {{"Discnt", "Discount"}, true},
                                   {{"Net Price"}, true},
                                   {{"Qty"}, true},
                                   {{"Void?"}, false}};
  columns.insert(columns.end(), more.begin(), more.end());
  return columns;
}

Layout modifiers_layout() {
  Layout layout;
  layout.name = "toast-modifiers";
  layout.columns = head({{{"Parent Menu Selection Item ID"}, true}});
  layout.date_column = order_date;
  layout.date_order = DateOrder::month_first;
  layout.net_column = net;
  layout.convert = [](Cells const& cells, SalesLine& line) {
    convert_line(cells, line);
    // The selection's id may be that of the line it changes, so the line is known by its content instead.
    line.modifier_of = first_of({cells[parent_id], cells[selection_id]});
  };
  return layout;
}

Layout items_layout() {
  Layout layout;
  layout.name = "toast-items";
  layout.columns =
      head({{{"Menu"}, false}, {{"Menu Group"}, false}, {{"Tax"}, false}, {{"Deferred"}, false}, {{"PLU"}, false}});
  layout.date_column = order_date;
  layout.date_order = DateOrder::month_first;
  layout.net_column = net;
  layout.convert = [](Cells const& cells, SalesLine& line) {
    convert_line(cells, line);
    line.line_id = cells.text(selection_id);
    if (cells[sku].empty() && cells[master_id].empty() && cells[item_id].empty()) {
      line.item_key = first_of({cells[plu], cells[item]});
    }
    line.category = first_of({cells[category], cells[menu_group]});
    line.menu = cells.text(menu);
    line.tax = cells.money(tax);
    line.is_deferred = cells.flag(deferred);
  };
  return layout;
}

Layout report_layout() {
  Layout layout;
  layout.name = "toast-report";
  layout.columns = {{{"Master ID"}, false},
                    {{"Item ID"}, false},
                    {{"Menu Item"}, true},
                    {{"Net Amount"}, true},
                    {{"Gross Amount (incl voids)"}, true}};
  layout.net_column = report_net;
  layout.is_report = true;
  layout.convert = [](Cells const& cells, SalesLine& line) {
    line.item_key = first_of({cells[report_master], cells[report_item_id], cells[report_name]});
    line.item_name = cells.text(report_name);
    line.net = cells.needed_money(report_net);
  };
  return layout;
}

}  // namespace

Adapter toast_adapter() {
  return {"toast", "Toast: ItemSelectionDetails, ModifiersSelectionDetails, AllItemsReport", [](AdapterOptions const&) {
            return std::vector<Layout>{modifiers_layout(), report_layout(), items_layout()};
          }};
}

}  // namespace tidemill::io
