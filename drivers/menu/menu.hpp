#pragma once

#include <cstdint>
#include <string>

#include "drivers/menu/placement.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

struct MenuParams {
  MenuRule rule;
  int min_days = 14;        ///< fewer days on the menu: NEW
  int season_days = 28;     ///< no sale in the last this many days: SEASONAL_OUT
  int resamples = 200;      ///< bootstrap resamples by order for the stability of a class; 0: none
  bool by_location = true;  ///< beside the whole chain, each location on its own
  std::uint64_t seed = 1;
};

/// Collective. Menu matrix from one row per item: columns item, category, units, price, cost (per unit, in one
/// currency), optional location, item_name, labour, variable_cost_share, days_on_menu, days_since_last_sale.
/// The compared set is a category of a location. Every rank holds any part of the rows. Result: one row per item in
/// order of (location, category, item), this rank's consecutive part; columns level, location, category, item,
/// item_name, class, stability (missing here: there are no orders), units, price, cost, margin, mix, food_cost_share,
/// total_margin, x, x_limit, x_distance, y, y_limit, y_distance, rule, action. Distances are relative to the limit:
/// -0.03 in x_distance is 3 % below the popularity line.
io::Table menu_matrix_of_items(io::Comm const& comm, io::Table const& items, MenuParams const& params);

/// Collective. The same from sales lines (canonical sales table: location, business_date, order_id, item_key,
/// item_name, category, qty, net, unit_cost, is_void, is_deferred; refunds are negative lines). Rows of level "chain"
/// (location missing) come first, then level "location". Stability is the share of resamples of whole orders
/// (each order weighted by a Poisson(1) number from (seed, order, resample)) in which the class is the same.
io::Table menu_matrix(io::Comm const& comm, io::Table const& sales, MenuParams const& params);

}  // namespace tidemill::drivers
