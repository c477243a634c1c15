#include "drivers/menu/placement.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

#include "io/error.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {
namespace {

struct VariantText {
  MenuVariant variant;
  std::string_view name;
  MenuAxes axes;
  std::array<std::string_view, 4> classes;  ///< good in: nothing, x, y, both
};

constexpr std::array<std::string_view, 4> matrix_classes{"Dog", "Plowhorse", "Puzzle", "Star"};
constexpr std::array<VariantText, 9> variants{{
    {MenuVariant::kasavana_smith, "kasavana_smith", {"share of units", "unit margin"}, matrix_classes},
    {MenuVariant::unweighted_margin, "unweighted_margin", {"share of units", "unit margin"}, matrix_classes},
    {MenuVariant::mean_units, "mean_units", {"units", "unit margin"}, matrix_classes},
    {MenuVariant::miller,
     "miller",
     {"units", "food cost share", true},
     {"Loser", "Marginal (popular)", "Marginal (low cost)", "Winner"}},
    {MenuVariant::pavesic,
     "pavesic",
     {"total margin", "food cost share", true},
     {"Problem", "Standard", "Sleeper", "Prime"}},
    {MenuVariant::uman,
     "uman",
     {"total margin", "unit margin"},
     {"low total, low unit", "high total, low unit", "low total, high unit", "high total, high unit"}},
    {MenuVariant::merricks_jones,
     "merricks_jones",
     {"units", "cash margin per unit"},
     {"low units, low margin", "high units, low margin", "low units, high margin", "high units, high margin"}},
    {MenuVariant::lebruto, "lebruto", {"share of units", "unit margin"}, matrix_classes},
    {MenuVariant::hayes_huffman, "hayes_huffman", {"goal value", "goal value"}, {"Rework", "Rework", "Rework", "Keep"}},
}};

VariantText const& text_of(MenuVariant variant) { return variants[static_cast<std::size_t>(variant)]; }

/// Sums over the compared items of a set, in the order of the items.
struct SetTotals {
  double items = 0, units = 0, net = 0, cost = 0, margin = 0, labour = 0;
  double plain_margin = 0, variable = 0;

  explicit SetTotals(std::span<MenuItem const> set) {
    for (MenuItem const& item : set) {
      if (item.status != MenuStatus::compared) continue;
      items += 1;
      units += item.units;
      net += item.units * item.price;
      cost += item.units * item.cost;
      margin += item.units * item.margin();
      labour += item.units * item.labour;
      plain_margin += item.margin();
      variable += item.units * item.price * item.variable_cost_share;
    }
  }
  double mean_units() const { return units / items; }
  double weighted_margin() const { return margin / units; }
  double food_cost_share() const { return cost / net; }
};

/// An item exactly on the line counts as good although its two sides were rounded differently.
bool reaches(double value, double limit) {
  constexpr double rounding = 1e-12;
  return value >= limit - rounding * std::abs(limit);
}

void set_limits(SetTotals const& totals, MenuRule const& rule, MenuItem const& item, Placement& p) {
  double const total_margin = item.units * item.margin();
  switch (rule.variant) {
    case MenuVariant::kasavana_smith:
    case MenuVariant::lebruto:
    case MenuVariant::unweighted_margin:
      p.x = item.units / totals.units;
      p.x_limit = rule.popularity_share / totals.items;
      p.y = item.margin();
      p.y_limit = rule.variant == MenuVariant::unweighted_margin ? totals.plain_margin / totals.items
                                                                 : totals.weighted_margin();
      break;
    case MenuVariant::mean_units:
      p.x = item.units;
      p.x_limit = totals.mean_units();
      p.y = item.margin();
      p.y_limit = totals.weighted_margin();
      break;
    case MenuVariant::miller:
      p.x = item.units;
      p.x_limit = totals.mean_units();
      p.y = item.food_cost_share();
      p.y_limit = totals.food_cost_share();
      break;
    case MenuVariant::pavesic:
      p.x = total_margin;
      p.x_limit = totals.margin / totals.items;
      p.y = item.food_cost_share();
      p.y_limit = totals.food_cost_share();
      break;
    case MenuVariant::uman:
      p.x = total_margin;
      p.x_limit = totals.margin / totals.items;
      p.y = item.margin();
      p.y_limit = totals.weighted_margin();
      break;
    case MenuVariant::merricks_jones:
      p.x = item.units;
      p.x_limit = totals.mean_units();
      p.y = item.margin();
      p.y_limit = totals.plain_margin / totals.items;
      break;
    case MenuVariant::hayes_huffman:
      p.x = p.y = goal_value(item.food_cost_share(), item.units, item.price, item.variable_cost_share);
      p.x_limit = p.y_limit = goal_value(totals.food_cost_share(), totals.mean_units(), totals.net / totals.units,
                                         totals.variable / totals.net);
      break;
  }
}

}  // namespace

MenuVariant menu_variant_named(std::string const& name) {
  for (VariantText const& text : variants) {
    if (text.name == name) return text.variant;
  }
  std::vector<std::string> const names = menu_variant_names();
  throw ConfigError(fmt::format("unknown menu variant '{}'; did you mean '{}'? There are: {}", name,
                                io::nearest_name(name, names), fmt::join(names, ", ")));
}

std::string_view name_of(MenuVariant variant) { return text_of(variant).name; }

std::vector<std::string> menu_variant_names() {
  std::vector<std::string> names;
  for (VariantText const& text : variants) names.emplace_back(text.name);
  return names;
}

MenuAxes axes_of(MenuVariant variant) { return text_of(variant).axes; }

void place_items(std::span<MenuItem const> items, MenuRule const& rule, std::span<Placement> placements) {
  SetTotals const totals(items);
  bool const small_y_is_good = axes_of(rule.variant).small_y_is_good;
  double const mean_labour = totals.labour / totals.units;
  for (std::size_t i = 0; i < items.size(); ++i) {
    Placement p;
    set_limits(totals, rule, items[i], p);
    p.good_x = reaches(p.x, p.x_limit);
    p.good_y = small_y_is_good ? reaches(-p.y, -p.y_limit) : reaches(p.y, p.y_limit);
    p.good_labour = rule.variant != MenuVariant::lebruto || reaches(-items[i].labour, -mean_labour);
    placements[i] = p;
  }
}

std::string class_name(MenuVariant variant, Placement const& placement) {
  std::size_t const corner = (placement.good_x ? 1u : 0u) + (placement.good_y ? 2u : 0u);
  std::string name(text_of(variant).classes[corner]);
  if (variant == MenuVariant::lebruto) name += placement.good_labour ? ", low labour" : ", high labour";
  return name;
}

std::string class_name(MenuStatus status) {
  switch (status) {
    case MenuStatus::is_new:
      return "NEW";
    case MenuStatus::no_cost:
      return "NO_COST";
    case MenuStatus::no_sales:
      return "NO_SALES";
    case MenuStatus::seasonal_out:
      return "SEASONAL_OUT";
    case MenuStatus::compared:
      break;
  }
  return "";
}

double goal_value(double food_cost_share, double units, double price, double variable_cost_share) {
  return (1 - food_cost_share) * units * price * (1 - (variable_cost_share + food_cost_share));
}

}  // namespace tidemill::drivers
