#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/pricing/price_advice.hpp"

namespace tidemill::drivers {

/// What limits a price, as bits. An option with no bit is allowed.
enum PriceLimit : unsigned {
  limit_none = 0,
  limit_bounds = 1,
  limit_max_change = 2,
  limit_observed_range = 4,
  limit_price_ending = 8,
  limit_min_margin = 16,
};
std::string name_of_limit(unsigned limit);

/// What an item's demand regression says, from the table of elasticities.
struct KnownElasticity {
  double elasticity = 0, error = 0;
  double lowest_price = 0, highest_price = 0;
  bool is_identified = false;
  std::string reason;
};

/// One price of an item and what it brings per day.
struct PricePoint {
  double price = 0;
  unsigned broken = 0;  ///< limits that forbid it
  double units = 0;
  double profit = 0;
};

/// An item at a location while its price is searched.
struct PriceItem {
  std::int32_t location = 0, item = 0, category = -1;
  double price = 0, cost = 0, units = 0;          ///< now: list price, cost, mean units per open day
  std::vector<double> daily;                      ///< units of each base day, brought to the current price
  std::vector<std::uint64_t> day_keys;            ///< of the base days, for random numbers
  std::vector<double> drawn_units, drawn_slopes;  ///< of each resample: mean units, and what the elasticity is off by
  KnownElasticity const* elasticity = nullptr;
  std::string status, reason;
  std::vector<PricePoint> points;  ///< by price; the current price is one of them and always allowed
  std::size_t current = 0;         ///< position of the current price
  std::size_t advised = 0;
  std::string binding = "none";

  bool may_change() const { return status.empty(); }
};

/// The prices within half and twice the current one, with the limits that each breaks; no demand yet.
void lay_out_points(PriceItem& item, bool in_cents, PriceParams const& params);

/// Position of the point with the highest profit among those that break nothing, or nothing but `forgiven`; ties: the
/// point nearest to the current price, then the cheaper.
std::size_t best_point(PriceItem const& item, unsigned forgiven);

/// The limit whose removal alone would gain most over `chosen`; none when none gains.
unsigned binding_limit(PriceItem const& item, std::size_t chosen);

}  // namespace tidemill::drivers
