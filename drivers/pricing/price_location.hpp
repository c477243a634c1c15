#pragma once

#include <map>
#include <string>
#include <vector>

#include "drivers/panel/sales_panel.hpp"
#include "drivers/pricing/price_item.hpp"

namespace tidemill::drivers {

/// Collective. The elasticities of all items by key, on every rank.
std::map<std::string, KnownElasticity> gather_elasticities(io::Comm const& comm, io::Table const& elasticities);

/// Local. The items of one location (days first..last of the panel) with their present state and price points, demand
/// not yet asked.
std::vector<PriceItem> present_state(SalesPanel const& panel, std::size_t first, std::size_t last,
                                     std::map<std::string, KnownElasticity> const& elasticities,
                                     PriceParams const& params);

/// Local. Fills in units and profit of all points: by constant elasticity, or by `demand` when given.
void ask_demand(SalesPanel const& panel, std::vector<PriceItem>& items, DemandModel const& demand);

/// Local. Chooses the prices of one location together and names what holds each back.
void choose_prices(SalesPanel const& panel, std::vector<PriceItem>& items, PriceParams const& params);

/// Local. Draws the base days again, with replacement, and the elasticity from its standard error, for each resample.
void draw_resamples(PriceItem& item, PriceParams const& params);

/// 5 % and 95 % points over the resamples of the profit at `point`, or of its gain over the current price.
struct ProfitInterval {
  double lower = 0, upper = 0;
};
enum class ProfitKind { whole, gain };
ProfitInterval profit_interval(PriceItem const& item, PricePoint const& point, ProfitKind kind);

}  // namespace tidemill::drivers
