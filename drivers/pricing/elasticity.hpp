#pragma once

#include <string>
#include <vector>

#include "drivers/panel/sales_panel.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// How ln demand is fitted.
enum class DemandFit {
  log_log,  ///< least squares of ln units; days without sales are left out
  poisson,  ///< Poisson pseudo-likelihood with log link (Santos Silva & Tenreyro 2006), which keeps days without sales
  automatic,  ///< log_log, but poisson where more than zero_share of the open days have no sales
};

struct ElasticityParams {
  PanelColumns columns;
  DemandFit fit = DemandFit::automatic;
  double zero_share = 0.01;
  bool cross_prices = false;      ///< also the log prices of the other items of the category at the same place and day
  bool weekday_control = true;    ///< where dates are calendar days
  bool month_control = true;      ///< where dates are calendar days
  bool trend_control = true;      ///< log demand linear in time
  bool promotion_control = true;  ///< the promotion flag and the days after a promotion, where they vary
  int days_after_promotion = 7;   ///< in which demand may be missing
  int min_prices = 3;             ///< identified: at least this many prices ...
  int min_days_per_price = 14;    ///< ... each seen on at least this many dates
  double min_price_range = 0.05;  ///< highest / lowest price - 1
  double price_step = 0.01;       ///< prices closer than this share count as one price
};

/// What a demand regression found: one row per item, and one per (item, other item) when cross prices were asked for.
struct Elasticities {
  io::Table items;
  io::Table cross;
};

/// Collective. Own-price elasticity of every item over all locations: ln units on ln price on offer (list price,
/// less the discount on promotion days) and controls, with location means removed (domain definition 5); standard
/// errors of the classical linear model (log_log) or without assuming equal variances (poisson); shrunk to the mean of
/// its category by w = tau^2 / (tau^2 + s^2), tau^2 by the method of moments (DerSimonian & Laird 1986). Closed days
/// are left out. Columns of `items`: item, item_name, category, estimator, days, zero_days, locations, prices
/// (distinct, each on enough dates), lowest_price, highest_price, price_range, elasticity_raw, standard_error,
/// lower_90, upper_90, weight, elasticity (shrunk), elasticity_error (of the shrunk), promotion_effect (coefficient of
/// the flag), residual_sd, r_squared, status (IDENTIFIED or NOT_IDENTIFIED), reason. Items in order of their key, each
/// rank a consecutive part.
Elasticities estimate_elasticities(io::Comm const& comm, io::Table const& daily, ElasticityParams const& params);

}  // namespace tidemill::drivers
