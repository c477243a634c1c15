#include "drivers/sales/daily_columns.hpp"

#include <utility>

namespace tidemill::drivers {
namespace {

io::Column coded(std::string name, std::vector<std::int32_t> codes, std::vector<std::string> dictionary,
                 std::string description) {
  io::Column column;
  column.name = std::move(name);
  column.type = io::ColumnType::text;
  column.codes = std::move(codes);
  column.dictionary = std::move(dictionary);
  column.description = std::move(description);
  return column;
}

}  // namespace

io::Table daily_table(io::Comm const& comm, DailyColumns columns, DailyDictionaries dictionaries) {
  using enum io::ColumnType;
  io::Table table;
  table.range = io::range_of_part(comm, static_cast<std::int64_t>(columns.date.size()));
  table.add(coded("location", std::move(columns.location), std::move(dictionaries.location), "place of sale"));
  table.add(coded("item_key", std::move(columns.item), std::move(dictionaries.item), "item, as the source keys it"));
  table.add(coded("item_name", std::move(columns.name), std::move(dictionaries.name), "name on the newest line"));
  table.add(
      coded("category", std::move(columns.category), std::move(dictionaries.category), "category on the newest line"));
  auto const add = [&](char const* name, std::vector<std::int64_t>& values, io::ColumnType type, char const* unit,
                       char const* description) {
    table.add(io::integer_column(name, std::move(values), type, unit, description));
  };
  add("business_date", columns.date, date, "days since 1970-01-01", "business day, or Monday of the week");
  add("units", columns.units, integer, "1/1000 unit", "quantity net of refunds, without voids and deferred lines");
  add("gross", columns.gross, cents, "minor units", "before discounts, net of refunds");
  add("discount", columns.discount, cents, "minor units", "discounts, net of refunds");
  add("net", columns.net, cents, "minor units", "gross - discount");
  add("orders", columns.orders, integer, "orders", "distinct orders with a sale of the item");
  add("unit_price", columns.unit_price, cents, "minor units per unit", "list price: gross / quantity, carried forward");
  add("unit_cost", columns.unit_cost, cents, "minor units per unit", "known cost, carried forward; may be missing");
  add("promotion", columns.promotion, integer, "0/1", "declared promotion, or a discount at or above the threshold");
  table.add(io::real_column("discount_depth", std::move(columns.depth), "share", "discount / gross of sales"));
  add("is_open", columns.is_open, integer, "0/1", "the location sold anything");
  return table;
}

}  // namespace tidemill::drivers
