#include "drivers/promotion/window_table.hpp"

#include "drivers/panel/row_columns.hpp"

namespace tidemill::drivers {
namespace {

std::string text_at(std::vector<std::string> const& texts, std::int32_t code) {
  return code < 0 ? std::string() : texts[static_cast<std::size_t>(code)];
}

}  // namespace

std::string const& promotion_caveat() {
  static std::string const text =
      "Measured on the items, places and days that were chosen for a promotion: the choice itself biases the figures, "
      "and they do not carry over to others. A control group would.";
  return text;
}

io::Table window_table(io::Comm const& comm, SalesPanel const& panel, std::vector<WindowRow> const& rows) {
  using Row = WindowRow;
  RowColumns<Row> columns(comm, rows);
  io::ColumnType const date = panel.has_calendar ? io::ColumnType::date : io::ColumnType::integer;
  char const *unit = "units", *price = "currency per unit", *money = "currency";
  columns.text("location", "place of sale", [&](Row const& r) { return text_at(panel.locations, r.location); })
      .text("item", "item key", [&](Row const& r) { return text_at(panel.items, r.item); })
      .text("item_name", "newest name", [&](Row const& r) { return text_at(panel.item_names, r.item); })
      .text("category", "newest category", [&](Row const& r) { return text_at(panel.categories, r.category); })
      .integer("first_day", date, "", "of the window", [](Row const& r) { return r.window.first_day; })
      .integer("last_day", date, "", "of the window", [](Row const& r) { return r.window.last_day; })
      .integer("days", io::ColumnType::integer, "days", "open, with a baseline", [](Row const& r) { return r.days; })
      .real("regular_price", price, "list price before", [](Row const& r) { return r.ledger.regular_price; })
      .real("promotion_price", price, "mean paid in the window", [](Row const& r) { return r.ledger.promotion_price; })
      .real("cost", price, "per unit", [](Row const& r) { return r.ledger.cost; })
      .real("units", unit, "sold in the window", [](Row const& r) { return r.ledger.units; })
      .real("baseline_units", unit, "without the promotion", [](Row const& r) { return r.ledger.baseline_units; })
      .real("dip_units", unit, "sold less baseline in the days after", [](Row const& r) { return r.dip_units; })
      .real("incremental_units", unit, "sold less baseline, with the days after",
            [](Row const& r) { return r.ledger.units - r.ledger.baseline_units + r.dip_units; })
      .real("incremental_error", unit, "standard error of sold less baseline", [](Row const& r) { return r.error; })
      .real("cannibalised_units", unit, "lost by items of the category; below 0: gained",
            [](Row const& r) { return r.cannibalised_units; })
      .real("cannibalised_error", unit, "standard error of what items of the category lost",
            [](Row const& r) { return r.cannibalised_error; })
      .real("halo_units", unit, "gained by items bought together", [](Row const& r) { return r.halo_units; })
      .real("promotion_margin", money, "units * (promotion price - cost)",
            [](Row const& r) { return r.ledger.promotion_margin(); })
      .real("baseline_margin", money, "baseline units * (regular price - cost)",
            [](Row const& r) { return r.ledger.baseline_margin(); })
      .real("cannibalised_margin", money, "lost by items of the category",
            [](Row const& r) { return r.ledger.cannibalised_margin; })
      .real("halo_margin", money, "gained by items bought together", [](Row const& r) { return r.ledger.halo_margin; })
      .real("incremental_margin", money, "promotion - baseline - cannibalised + halo margin",
            [](Row const& r) { return r.ledger.incremental_margin(); })
      .real("dip_margin", money, "margin of dip_units at the regular price; not in incremental_margin",
            [](Row const& r) { return r.dip_units * (r.ledger.regular_price - r.ledger.cost); })
      .real("fixed_cost", money, "media and labour", [](Row const& r) { return r.ledger.fixed_cost; })
      .real("roi", "share", "(incremental_margin - fixed_cost) / fixed_cost",
            [](Row const& r) { return r.ledger.roi(); })
      .text("caveat", "how to read it", [](Row const&) { return promotion_caveat(); });
  return columns.take();
}

}  // namespace tidemill::drivers
