#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/generate/chain.hpp"
#include "drivers/generate/exports.hpp"

namespace tidemill::drivers {

/// What an analysis of the demo chain should find: computed from the demand model without noise, over all locations
/// and days. Money in cents.
struct ItemTruth {
  double units = 0;
  double mean_price = 0;   ///< paid per unit, promotions included, coupons and modifiers not
  std::string menu_class;  ///< Kasavana & Smith in its category, or NEW, NO_COST, SEASONAL_OUT
};

/// One promotion at one location (domain: promotion, uplift, ROI).
struct PromotionTruth {
  int promotion = 0;
  int location = 0;
  double units = 0;
  double baseline_units = 0;
  double dip_units = 0;           ///< missing in the seven days afterwards; not negative
  double cannibalised_units = 0;  ///< missing at other items while it ran; not negative
  double incremental_margin = 0;
  double uplift() const { return units / baseline_units - 1.0; }
};

std::vector<ItemTruth> true_items(DemoChain const& chain);
std::vector<PromotionTruth> true_promotions(DemoChain const& chain);

/// Days after the end for which truth_forecast.csv holds expected units.
constexpr std::int64_t truth_horizon = 28;

/// The texts of truth.json, truth_forecast.csv, costs.csv and promotions.csv.
std::string truth_json(DemoChain const& chain, std::vector<ExportTotals> const& exports);
std::string truth_forecast_csv(DemoChain const& chain);
std::string costs_csv(DemoChain const& chain);
std::string promotions_csv(DemoChain const& chain);

}  // namespace tidemill::drivers
