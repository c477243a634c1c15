#include "drivers/menu/menu_rows.hpp"

#include <fmt/format.h>

#include <functional>

namespace tidemill::drivers {
namespace {

double constexpr nothing = std::numeric_limits<double>::quiet_NaN();

bool is_compared(MenuRow const& row) { return row.entry.status == MenuStatus::compared; }

std::string class_of(MenuRow const& row, MenuVariant variant) {
  return is_compared(row) ? class_name(variant, row.placement) : class_name(row.entry.status);
}

/// How far a value lies beyond its limit, as a share of the limit.
double distance(double value, double limit) { return limit == 0 ? nothing : (value - limit) / std::abs(limit); }

std::string rule_text(MenuRule const& rule) {
  bool const uses_share = rule.variant == MenuVariant::kasavana_smith || rule.variant == MenuVariant::lebruto ||
                          rule.variant == MenuVariant::unweighted_margin;
  std::string text(name_of(rule.variant));
  if (uses_share) text += fmt::format(" popularity_share={}", rule.popularity_share);
  MenuAxes const axes = axes_of(rule.variant);
  return text + fmt::format("; x: {}; y: {}", axes.x, axes.y);
}

}  // namespace

void place_rows(std::vector<MenuRow>& rows, std::size_t first, std::size_t last, MenuRule const& rule) {
  std::vector<MenuItem> items;
  for (std::size_t i = first; i < last; ++i) items.push_back(rows[i].entry);
  std::vector<Placement> placements(items.size());
  place_items(items, rule, placements);
  for (std::size_t i = first; i < last; ++i) rows[i].placement = placements[i - first];
}

io::Table menu_table(io::Comm const& comm, std::vector<MenuRow> const& rows, MenuNames const& names,
                     MenuRule const& rule) {
  io::Table table;
  table.range = io::range_of_part(comm, static_cast<std::int64_t>(rows.size()));
  auto const add_text = [&](char const* name, char const* description,
                            std::function<std::string(MenuRow const&)> const& text) {
    std::vector<std::string> values;
    values.reserve(rows.size());
    for (MenuRow const& row : rows) values.push_back(text(row));
    table.add(io::text_column(comm, name, values, description));
  };
  auto const add_number = [&](char const* name, char const* unit, char const* description,
                              std::function<double(MenuRow const&)> const& number) {
    std::vector<double> values;
    values.reserve(rows.size());
    for (MenuRow const& row : rows) values.push_back(number(row));
    table.add(io::real_column(name, std::move(values), unit, description));
  };
  auto const entry_at = [](std::vector<std::string> const& all, std::int32_t code) {
    return code < 0 ? std::string() : all[static_cast<std::size_t>(code)];
  };
  auto const placed = [](MenuRow const& row, double value) { return is_compared(row) ? value : nothing; };

  add_text("level", "chain: all locations together, or location",
           [](MenuRow const& r) { return r.location < 0 ? "chain" : "location"; });
  add_text("location", "missing for the chain",
           [&](MenuRow const& r) { return entry_at(names.locations, r.location); });
  add_text("category", "items of one category compete",
           [&](MenuRow const& r) { return entry_at(names.categories, r.category); });
  add_text("item", "item key", [&](MenuRow const& r) { return entry_at(names.items, r.item); });
  add_text("item_name", "newest name", [&](MenuRow const& r) { return entry_at(names.item_names, r.item); });
  add_text("class", "class by the rule, or why the item is not compared",
           [&](MenuRow const& r) { return class_of(r, rule.variant); });
  add_number("stability", "share", "resamples of whole orders in which the class is the same",
             [](MenuRow const& r) { return r.stability; });
  add_number("units", "units", "sold in the period", [](MenuRow const& r) { return r.entry.units; });
  add_number("price", "currency per unit", "net sales per unit", [](MenuRow const& r) { return r.entry.price; });
  add_number("cost", "currency per unit", "plate cost", [](MenuRow const& r) { return r.entry.cost; });
  add_number("margin", "currency per unit", "price - cost", [](MenuRow const& r) { return r.entry.margin(); });
  std::vector<double> set_units(rows.size());
  for_each_set(rows, [&](std::size_t first, std::size_t last) {
    double units = 0;
    for (std::size_t i = first; i < last; ++i) units += is_compared(rows[i]) ? rows[i].entry.units : 0;
    for (std::size_t i = first; i < last; ++i) set_units[i] = units;
  });
  add_number("mix", "share", "of the units of the compared set", [&](MenuRow const& r) {
    return placed(r, r.entry.units / set_units[static_cast<std::size_t>(&r - rows.data())]);
  });
  add_number("food_cost_share", "share", "cost / price",
             [](MenuRow const& r) { return r.entry.price == 0 ? nothing : r.entry.food_cost_share(); });
  add_number("total_margin", "currency", "units * margin",
             [](MenuRow const& r) { return r.entry.units * r.entry.margin(); });
  add_number("x", "see rule", "first measure", [&](MenuRow const& r) { return placed(r, r.placement.x); });
  add_number("x_limit", "see rule", "its limit", [&](MenuRow const& r) { return placed(r, r.placement.x_limit); });
  add_number("x_distance", "share of the limit", "x beyond its limit; below 0: short of it",
             [&](MenuRow const& r) { return placed(r, distance(r.placement.x, r.placement.x_limit)); });
  add_number("y", "see rule", "second measure", [&](MenuRow const& r) { return placed(r, r.placement.y); });
  add_number("y_limit", "see rule", "its limit", [&](MenuRow const& r) { return placed(r, r.placement.y_limit); });
  add_number("y_distance", "share of the limit", "y beyond its limit; below 0: short of it",
             [&](MenuRow const& r) { return placed(r, distance(r.placement.y, r.placement.y_limit)); });
  add_text("rule", "variant with its parameters and measures", [&](MenuRow const&) { return rule_text(rule); });
  add_text("action", "what to do", [&](MenuRow const& r) { return action_for(class_of(r, rule.variant)); });
  return table;
}

}  // namespace tidemill::drivers
