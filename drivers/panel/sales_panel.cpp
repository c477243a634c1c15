#include "drivers/panel/sales_panel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "drivers/panel/item_names.hpp"
#include "drivers/partition/move_rows.hpp"
#include "drivers/partition/series.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

using io::Column;
using io::ColumnType;
using io::Table;

Column renamed(Column column, std::string const& name) {
  column.name = name;
  return column;
}

Column numeric(Column const& column) {
  if (column.is_text()) throw DataError(fmt::format("column '{}' holds text; expected numbers", column.name));
  return column;
}

Column text_or_single(io::Comm const& comm, Table const& table, std::string const& name, std::string const& single) {
  if (table.has(name)) return as_text(comm, table.at(name));
  return io::text_column(comm, name, std::vector<std::string>(static_cast<std::size_t>(table.rows()), single));
}

Column dates(Table const& table, std::string const& name) {
  Column const& date = table.at(name);
  if (date.type != ColumnType::date && date.type != ColumnType::integer) {
    throw DataError(fmt::format("column '{}' holds {}; expected dates (YYYY-MM-DD) or whole step numbers", name,
                                io::name_of(date.type)));
  }
  return date;
}

std::string control_name(std::size_t number) { return "control_" + std::to_string(number); }

/// Only the columns a panel needs, under our names, so that nothing else travels between ranks.
Table lean_table(io::Comm const& comm, Table const& table, PanelColumns const& names) {
  Table lean;
  lean.range = table.range;
  lean.add(renamed(as_text(comm, table.at(names.item)), "item"));
  lean.add(renamed(text_or_single(comm, table, names.location, "all"), "location"));
  lean.add(renamed(text_or_single(comm, table, names.category, "all"), "category"));
  lean.add(renamed(dates(table, names.date), "date"));
  lean.add(renamed(numeric(table.at(names.units)), "units"));
  if (table.has(names.item_name)) lean.add(renamed(as_text(comm, table.at(names.item_name)), "item_name"));
  auto const add_optional = [&](std::string const& from, std::string const& to) {
    if (table.has(from)) lean.add(renamed(numeric(table.at(from)), to));
  };
  add_optional(names.price, "price");
  add_optional(names.cost, "cost");
  add_optional(names.promotion, "promotion");
  add_optional(names.discount_depth, "discount_depth");
  add_optional(names.is_open, "is_open");
  for (std::size_t j = 0; j < names.controls.size(); ++j) {
    lean.add(renamed(numeric(table.at(names.controls[j])), control_name(j)));
  }
  std::vector<std::int64_t> row(static_cast<std::size_t>(table.rows()));
  std::iota(row.begin(), row.end(), table.range.first);
  lean.add(io::integer_column("row", std::move(row)));
  return lean;
}

/// Drops rows that say nothing about demand: without item, location, date or units. Returns how many, over all ranks.
std::int64_t drop_unusable_rows(io::Comm const& comm, Table& lean) {
  std::vector<std::int64_t> usable;
  for (std::int64_t row = 0; row < lean.rows(); ++row) {
    bool const missing = lean.at("item").is_missing(row) || lean.at("location").is_missing(row) ||
                         lean.at("date").is_missing(row) || lean.at("units").is_missing(row);
    if (!missing) usable.push_back(row);
  }
  std::int64_t const dropped = lean.rows() - static_cast<std::int64_t>(usable.size());
  lean = take_rows(lean, usable);
  lean.range = io::range_of_part(comm, static_cast<std::int64_t>(usable.size()));
  return comm.sum(dropped);
}

void learn_items(io::Comm const& comm, Table& lean, SalesPanel& panel) {
  panel.items = lean.at("item").dictionary;
  panel.locations = lean.at("location").dictionary;
  panel.categories = lean.at("category").dictionary;
  std::vector<std::int64_t> const category =
      last_code_of_items(comm, lean.at("item"), lean.at("category"), lean.range.first);
  panel.category_of_item.assign(category.begin(), category.end());
  for (std::size_t i = 0; i < lean.at("item").codes.size(); ++i) {
    lean.at("category").codes[i] = panel.category_of_item[static_cast<std::size_t>(lean.at("item").codes[i])];
  }
  panel.item_names = panel.items;
  if (!lean.has("item_name")) return;
  std::vector<std::int64_t> const name =
      last_code_of_items(comm, lean.at("item"), lean.at("item_name"), lean.range.first);
  for (std::size_t k = 0; k < name.size(); ++k) {
    if (name[k] >= 0) panel.item_names[k] = lean.at("item_name").dictionary[static_cast<std::size_t>(name[k])];
  }
}

std::vector<std::string> keys_of(PanelOwner owner) {
  switch (owner) {
    case PanelOwner::item:
      return {"item"};
    case PanelOwner::location:
      return {"location"};
    case PanelOwner::category:
      return {"category"};
    case PanelOwner::location_item:
      break;
  }
  return {"location", "item"};
}

/// Reads one optional number; finds its column once, not per row.
class NumberReader {
 public:
  NumberReader(Table const& lean, char const* name, double otherwise)
      : column_(lean.has(name) ? &lean.at(name) : nullptr), otherwise_(otherwise) {
    if (column_ == nullptr) return;
    // Cents become the major unit, thousandths become units; other numbers stay as they are.
    if (column_->type == ColumnType::cents) scale_ = 100.0;
    if (column_->unit.starts_with("1/1000")) scale_ = 1000.0;
  }
  double operator()(std::int64_t row) const {
    return column_ == nullptr || column_->is_missing(row) ? otherwise_ : column_->number(row) / scale_;
  }

 private:
  Column const* column_;
  double otherwise_;
  double scale_ = 1.0;
};

std::vector<SalesDay> read_days(Table const& lean) {
  double const unknown = std::numeric_limits<double>::quiet_NaN();
  NumberReader const units(lean, "units", unknown), price(lean, "price", unknown), cost(lean, "cost", unknown);
  NumberReader const depth(lean, "discount_depth", 0), promotion(lean, "promotion", 0), is_open(lean, "is_open", 1);
  auto const& location = lean.at("location").codes;
  auto const& item = lean.at("item").codes;
  auto const& category = lean.at("category").codes;
  auto const& date = lean.at("date").integers;
  auto const& row = lean.at("row").integers;
  std::vector<SalesDay> days(static_cast<std::size_t>(lean.rows()));
  for (std::size_t i = 0; i < days.size(); ++i) {
    auto const r = static_cast<std::int64_t>(i);
    days[i] = {.location = location[i],
               .item = item[i],
               .category = category[i],
               .date = static_cast<std::int32_t>(date[i]),
               .units = units(r),
               .price = price(r),
               .cost = cost(r),
               .discount_depth = depth(r),
               .promotion = static_cast<std::int8_t>(promotion(r) != 0),
               .is_open = static_cast<std::int8_t>(is_open(r) != 0),
               .row = row[i]};
  }
  return days;
}

/// Days in order of (owner's key, location, item, date, row); rows arrive in order of the owner's key.
void fill_days(Table const& lean, std::vector<std::string> const& keys, std::size_t controls, SalesPanel& panel) {
  std::vector<SalesDay> const days = read_days(lean);
  std::vector<std::size_t> order(days.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto const key = [&](std::size_t i) {
    SalesDay const& d = days[i];
    std::int32_t const first = keys[0] == "item" ? d.item : keys[0] == "category" ? d.category : d.location;
    return std::tuple(first, d.location, d.item, d.date, d.row);
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  panel.days.reserve(days.size());
  panel.controls.reserve(days.size() * controls);
  for (std::size_t const i : order) {
    panel.days.push_back(days[i]);
    for (std::size_t j = 0; j < controls; ++j) {
      panel.controls.push_back(lean.at(control_name(j)).number(static_cast<std::int64_t>(i)));
    }
  }
}

}  // namespace

Column as_text(io::Comm const& comm, Column const& column) {
  if (column.is_text()) return column;
  std::vector<std::string> texts;
  texts.reserve(static_cast<std::size_t>(column.size()));
  for (std::int64_t row = 0; row < column.size(); ++row) {
    if (column.is_missing(row)) {
      texts.emplace_back();
    } else if (column.is_real()) {
      texts.push_back(fmt::format("{}", column.number(row)));
    } else {
      texts.push_back(fmt::format("{}", column.integers[static_cast<std::size_t>(row)]));
    }
  }
  return io::text_column(comm, column.name, texts, column.description);
}

SalesPanel load_panel(io::Comm const& comm, Table const& table, PanelColumns const& names, PanelOwner owner) {
  Table lean = lean_table(comm, table, names);
  SalesPanel panel;
  panel.control_names = names.controls;
  panel.has_calendar = lean.at("date").type == ColumnType::date;
  panel.price_is_cents = lean.has("price") && lean.at("price").type == ColumnType::cents;
  panel.has_cost = lean.has("cost");
  panel.rows_without_units = drop_unusable_rows(comm, lean);
  learn_items(comm, lean, panel);
  std::vector<std::string> const keys = keys_of(owner);
  fill_days(partition_by_series(comm, lean, keys, "").table, keys, names.controls.size(), panel);
  return panel;
}

}  // namespace tidemill::drivers
