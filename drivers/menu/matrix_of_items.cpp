#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "drivers/menu/menu.hpp"
#include "drivers/menu/menu_rows.hpp"
#include "drivers/panel/item_names.hpp"
#include "drivers/panel/sales_panel.hpp"
#include "drivers/partition/series.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// Reads numbers of a column that may be absent; cents become the major unit.
class OptionalNumbers {
 public:
  OptionalNumbers(io::Table const& table, char const* name, double otherwise)
      : column_(table.has(name) ? &table.at(name) : nullptr), otherwise_(otherwise) {
    if (column_ != nullptr && column_->is_text()) {
      throw DataError(fmt::format("column '{}' holds text; expected numbers", name));
    }
    if (column_ != nullptr && column_->type == io::ColumnType::cents) scale_ = 100;
  }
  double operator()(std::int64_t row) const {
    return column_ == nullptr || column_->is_missing(row) ? otherwise_ : column_->number(row) / scale_;
  }

 private:
  io::Column const* column_;
  double otherwise_;
  double scale_ = 1;
};

MenuStatus status_of(MenuItem const& item, double days_on_menu, double days_since_last_sale, MenuParams const& params) {
  if (!(item.units > 0)) return MenuStatus::no_sales;
  if (days_on_menu < params.min_days) return MenuStatus::is_new;
  if (days_since_last_sale >= params.season_days) return MenuStatus::seasonal_out;
  return std::isnan(item.cost) || std::isnan(item.price) ? MenuStatus::no_cost : MenuStatus::compared;
}

void check_items(io::Table const& items) {
  for (char const* name : {"item", "units", "price", "cost"}) items.at(name);
  io::Column const& item = items.at("item");
  for (std::int64_t row = 0; row < items.rows(); ++row) {
    if (!item.is_missing(row)) continue;
    throw DataError(
        fmt::format("row {} of the items has no item; name it or remove the row", items.range.first + row + 1));
  }
}

/// The columns the matrix needs, keys as text, so that sets can be brought together.
io::Table keyed_items(io::Comm const& comm, io::Table const& items) {
  io::Table keyed;
  keyed.range = items.range;
  auto const texts = [&](char const* name, char const* single) {
    io::Column column =
        items.has(name)
            ? as_text(comm, items.at(name))
            : io::text_column(comm, name, std::vector<std::string>(static_cast<std::size_t>(items.rows()), single));
    column.name = name;
    return column;
  };
  keyed.add(texts("location", ""));
  keyed.add(texts("category", "all"));
  keyed.add(as_text(comm, items.at("item")));
  if (items.has("item_name")) keyed.add(texts("item_name", ""));
  for (char const* name : {"units", "price", "cost"}) keyed.add(items.at(name));
  for (char const* name : {"labour", "variable_cost_share", "days_on_menu", "days_since_last_sale"}) {
    if (items.has(name)) keyed.add(items.at(name));
  }
  return keyed;
}

std::vector<MenuRow> read_rows(io::Table const& items, MenuParams const& params) {
  double const unknown = std::numeric_limits<double>::quiet_NaN();
  OptionalNumbers const units(items, "units", 0), price(items, "price", unknown), cost(items, "cost", unknown);
  OptionalNumbers const labour(items, "labour", 0), variable(items, "variable_cost_share", 0.32);
  OptionalNumbers const on_menu(items, "days_on_menu", 1e9), since(items, "days_since_last_sale", 0);
  std::vector<MenuRow> rows(static_cast<std::size_t>(items.rows()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto const r = static_cast<std::int64_t>(i);
    MenuRow& row = rows[i];
    row.location = items.at("location").codes[i];
    row.category = items.at("category").codes[i];
    row.item = items.at("item").codes[i];
    row.entry = {units(r), price(r), cost(r), labour(r), variable(r)};
    row.entry.status = status_of(row.entry, on_menu(r), since(r), params);
  }
  return rows;
}

}  // namespace

io::Table menu_matrix_of_items(io::Comm const& comm, io::Table const& items, MenuParams const& params) {
  if (params.rule.variant == MenuVariant::lebruto && !items.has("labour")) {
    throw ConfigError("the variant lebruto needs a column 'labour': cost of labour per unit");
  }
  io::agree(comm, "check the items", [&] { check_items(items); });
  io::Table const sets = partition_by_series(comm, keyed_items(comm, items), {"location", "category"}, "").table;
  std::vector<MenuRow> rows = read_rows(sets, params);
  std::stable_sort(rows.begin(), rows.end(), [](MenuRow const& a, MenuRow const& b) {
    return std::tuple(a.location, a.category, a.item) < std::tuple(b.location, b.category, b.item);
  });
  for_each_set(rows, [&](std::size_t first, std::size_t last) { place_rows(rows, first, last, params.rule); });
  MenuNames names{sets.at("location").dictionary, sets.at("category").dictionary, sets.at("item").dictionary, {}};
  names.item_names = names.items;
  if (sets.has("item_name")) {
    std::vector<std::int64_t> const code =
        last_code_of_items(comm, sets.at("item"), sets.at("item_name"), sets.range.first);
    for (std::size_t k = 0; k < code.size(); ++k) {
      if (code[k] >= 0) names.item_names[k] = sets.at("item_name").dictionary[static_cast<std::size_t>(code[k])];
    }
  }
  return menu_table(comm, rows, names, params.rule);
}

}  // namespace tidemill::drivers
