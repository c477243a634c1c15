#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill::drivers {

/// The published rules for placing menu items; computed on request and never mixed.
/// Each compares two measures (x, y) of an item with limits made from all items of the compared set.
enum class MenuVariant {
  kasavana_smith,     ///< Kasavana & Smith 1982: share of units, unit margin against the units-weighted mean margin
  unweighted_margin,  ///< as kasavana_smith, but against the plain mean of unit margins
  mean_units,         ///< as kasavana_smith, but popular means at least the plain mean of units
  miller,             ///< Miller 1980: units, food cost share
  pavesic,            ///< Pavesic 1983: units-weighted margin, food cost share
  uman,               ///< Uman 1983: total margin, unit margin
  merricks_jones,     ///< Merricks & Jones 1986: units, cash margin per unit, against plain means
  lebruto,            ///< LeBruto, Quain & Ashley 1995: kasavana_smith with labour as a third axis
  hayes_huffman,      ///< Hayes & Huffman 1985: goal value against the value of the average item
};

/// Throws ConfigError naming the variants there are.
MenuVariant menu_variant_named(std::string const& name);
std::string_view name_of(MenuVariant variant);
std::vector<std::string> menu_variant_names();

/// Why an item is in the matrix or outside it.
enum class MenuStatus { compared, is_new, no_cost, no_sales, seasonal_out };

/// One item of a compared set, over the whole period. Money in any one currency unit; shares between 0 and 1.
struct MenuItem {
  double units = 0;
  double price = 0;  ///< net per unit
  double cost = 0;   ///< plate cost per unit
  double labour = 0;
  double variable_cost_share = 0.32;  ///< of price, without food (hayes_huffman only)
  MenuStatus status = MenuStatus::compared;

  double margin() const { return price - cost; }
  double food_cost_share() const { return cost / price; }
};

/// The numbers that the rules leave open; all are named in the output.
struct MenuRule {
  MenuVariant variant = MenuVariant::kasavana_smith;
  double popularity_share = 0.70;  ///< popular: at least this part of an equal share of units
};

/// Where an item stands. `good_x` and `good_y` are at least as good as the limit (ties count as good).
struct Placement {
  bool good_x = false;
  bool good_y = false;
  bool good_labour = true;
  double x = 0, x_limit = 0;
  double y = 0, y_limit = 0;

  int code() const { return (good_x ? 1 : 0) + (good_y ? 2 : 0) + (good_labour ? 4 : 0); }
};

/// The two measures of a variant, for people: ("share of units", "unit margin").
struct MenuAxes {
  std::string_view x, y;
  bool small_y_is_good = false;
};
MenuAxes axes_of(MenuVariant variant);

/// Places the items of one compared set; items with another status than `compared` are left out of every limit and
/// their placement means nothing. Sums run in the order given: sort the items the same way every time.
/// An empty set, or a set without units, gives limits that are NaN.
void place_items(std::span<MenuItem const> items, MenuRule const& rule, std::span<Placement> placements);

/// Class of a placement in the words of the variant's authors: "Star", "Plowhorse", "Puzzle", "Dog", ...
std::string class_name(MenuVariant variant, Placement const& placement);
/// Class of an item outside the matrix: NEW, NO_COST, NO_SALES, SEASONAL_OUT.
std::string class_name(MenuStatus status);
/// What to do about an item of this class, one sentence.
std::string action_for(std::string const& class_name);

/// Goal value of Hayes & Huffman 1985: (1 - food cost share) * units * price * (1 - (variable + food cost share)).
double goal_value(double food_cost_share, double units, double price, double variable_cost_share);

}  // namespace tidemill::drivers
