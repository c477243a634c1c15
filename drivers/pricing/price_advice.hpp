#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "drivers/panel/sales_panel.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// One question to a demand model: units per day of an item at a location at a price (major unit of money).
struct DemandQuestion {
  std::string const* location = nullptr;
  std::string const* item = nullptr;
  double price = 0;
  double current_price = 0;
  double current_units = 0;  ///< mean units per open day in the base period
};

/// Answers a batch of questions of this rank: units per day, not increasing in the price of an item. It must not
/// communicate, because ranks ask different numbers of questions.
using DemandModel = std::function<void(std::span<DemandQuestion const>, std::span<double> units)>;

/// Items that are sizes of one thing, smallest first: a larger size never costs less.
struct SizeLadder {
  std::vector<std::string> items;
};

struct PriceParams {
  PanelColumns columns;
  int base_days = 28;               ///< current price, demand and cost: the last this many dates of each item
  double max_change = 0.10;         ///< of the current price, up or down, in one period
  double max_basket_change = 0.02;  ///< of the value of current sales at a location; +/-; not finite: no cap
  double min_margin_share = 0.0;    ///< (price - cost) / price
  double beyond_observed = 0.05;    ///< share by which a price may leave the range seen in the data
  double lowest_price = 0.0;        ///< hard bounds for every item
  double highest_price = 1e9;
  double price_step = 0.0;          ///< grid; 0: five cents for prices in cents, else 1/200 of the current price
  std::vector<int> price_endings;   ///< allowed last two digits of a price in cents (95, 99); empty: any
  std::vector<SizeLadder> ladders;  ///< item keys
  int resamples = 200;              ///< for the interval of the gain
  int curve_points = 21;
  std::uint64_t seed = 1;
};

struct PriceAdvice {
  io::Table items;   ///< one row per (location, item)
  io::Table curves;  ///< price curves: location, item, price, units, profit, profit_lower, profit_upper, is_current,
                     ///< is_advised
};

/// Collective. Prices that maximise sum (price - cost) * units per day under the constraints, exactly, per location
/// (the basket cap joins the items of a location, a ladder joins its sizes). `elasticities` is the table of
/// estimate_elasticities; demand is current_units * (price / current_price)^elasticity unless `demand` is given.
/// Items whose elasticity is not identified, without cost, or without sales in the base period keep their price.
/// Columns of `items`: location, item, item_name, category, current_price, advised_price, change, cost,
/// current_units, advised_units, current_profit, advised_profit, gain (per day), gain_lower, gain_upper (90 %),
/// unconstrained_price, binding (the constraint that holds the price back, or none), status, reason.
PriceAdvice advise_prices(io::Comm const& comm, io::Table const& daily, io::Table const& elasticities,
                          PriceParams const& params, DemandModel const& demand = {});

}  // namespace tidemill::drivers
