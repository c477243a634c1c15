#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "drivers/panel/sales_panel.hpp"
#include "drivers/promotion/uplift.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

struct PromotionParams {
  PanelColumns columns;
  int max_gap = 1;              ///< days without the flag between two parts of one window
  int dip_days = 7;             ///< days after a window in which demand may be missing
  int season = 7;               ///< days (steps) after which a day is alike: same weekday
  int seasons_each_side = 4;    ///< baseline: mean of the nearest like days without promotion, this many per side
  double significance = 1.645;  ///< a halo counts beyond this many standard errors
  double fixed_cost = 0;        ///< per window, in the major unit of money, where `promotions` names none
};

/// Demand without promotion for each day of a panel, for example from a forecast; NaN where unknown: those days fall
/// back to like days. Must not communicate.
using Baseline = std::function<void(SalesPanel const&, std::span<double> units)>;

struct PromotionEffects {
  io::Table windows;                ///< one row per (location, item, first day)
  std::int64_t unplanned_days = 0;  ///< over all ranks: days marked as promotion that no plan covers
};

/// Collective. Effect of each past promotion window (domain definition 6): one row per (location, item, first day).
/// `pairs` (may have no rows) names complements: columns item, other, lift; items of the same category are candidate
/// substitutes. What all substitutes of the location lost together counts as measured, with its standard error: a loss
/// that no item alone can prove is no less real when it is spread over the category. Where windows of a category
/// overlap, each day's loss is shared evenly among them; items in a window of their own are taken to lose the same
/// share as the others. A halo counts when what all complements gained together is significant. `promotions` may be
/// null; its rows (item_key or item_name, location, start, end, fixed_cost) give fixed costs, shared evenly among the
/// windows that one row covers; when it has rows, only days they cover are promotions. Without `baseline` the demand
/// without promotion is the mean of the nearest like days on which no item of the category was promoted at the
/// location, at the same list price, where there are enough of them. ROI is missing where the fixed cost is 0. Columns:
/// location, item, item_name, category, first_day, last_day, days, regular_price, promotion_price, cost, units,
/// baseline_units, dip_units, incremental_units (with the dip), incremental_error, cannibalised_units,
/// cannibalised_error, halo_units, promotion_margin, baseline_margin, cannibalised_margin, halo_margin,
/// incremental_margin, dip_margin (not in incremental_margin), fixed_cost, roi, caveat.
PromotionEffects measure_promotions(io::Comm const& comm, io::Table const& daily, io::Table const& pairs,
                                    PromotionParams const& params, Baseline const& baseline = {},
                                    io::Table const* promotions = nullptr);

/// Collective. How often two items are bought together: sales lines with location, order_id and item_key; voids,
/// returns, deferred lines (gift cards) and lines that modify another are left out where qty, is_void, is_deferred and
/// modifier_of tell. Rows (item, other, orders, lift) of pairs in at least `min_orders` orders with lift >= `min_lift`,
/// both directions.
io::Table bought_together(io::Comm const& comm, io::Table const& sales, std::int64_t min_orders = 30,
                          double min_lift = 1.2);

struct StrategyParams {
  double min_roi = 0.0;
  double good_elasticity = -1.5;  ///< at least this elastic: a discount can pay
  double season_strength = 0.6;   ///< from here demand is concentrated on some days
};

/// Collective. One strategy per item: none, feature, bundle, discount, daypart, limited_time, reformulate, remove,
/// with the reason in words. Inputs are the results of menu_matrix, estimate_elasticities, measure_promotions,
/// bought_together and find_trends; any of them may be empty (no columns). Columns: item, item_name, category,
/// strategy, reason, menu_class, elasticity, promotions, mean_roi, mean_incremental_margin, trend, complement, caveat.
io::Table choose_strategies(io::Comm const& comm, io::Table const& menu, io::Table const& elasticities,
                            io::Table const& promotions, io::Table const& pairs, io::Table const& trends,
                            StrategyParams const& params = {});

/// Why past promotions do not tell what a promotion would have done elsewhere.
std::string const& promotion_caveat();

}  // namespace tidemill::drivers
