#include "drivers/promotion/strategy.hpp"

#include <fmt/format.h>

namespace tidemill::drivers {
namespace {

Strategy for_dog(ItemEvidence const& e) {
  if (e.trend == "falling") return {"remove", "neither popular nor profitable, and demand is falling"};
  return {"reformulate", "neither popular nor profitable: change recipe, portion or price before any promotion"};
}

Strategy for_puzzle(ItemEvidence const& e, StrategyParams const& params) {
  bool const is_elastic = e.is_identified && e.elasticity <= params.good_elasticity;
  if (is_elastic && !e.promotions_lost(params.min_roi)) {
    return {"discount", fmt::format("earns well, few order it, and 1 % off brings {:.1f} % more units", -e.elasticity)};
  }
  if (!e.complement.empty()) {
    return {"bundle", "earns well but few order it; often bought together with " + e.complement};
  }
  return {"feature",
          e.promotions_lost(params.min_roi)
              ? "earns well but few order it; past discounts lost money, so show it instead of cutting the price"
              : "earns well but few order it, and a lower price is not known to help: show it"};
}

Strategy for_plowhorse(ItemEvidence const& e) {
  if (!e.complement.empty()) {
    return {"bundle", "popular with a thin margin; a set with " + e.complement + " earns more per order"};
  }
  return {"none", "popular with a thin margin: a promotion would sell more of little; look at price and plate cost"};
}

Strategy for_star(ItemEvidence const& e, StrategyParams const& params) {
  if (!std::isnan(e.season_strength) && e.season_strength >= params.season_strength && e.trend != "rising") {
    return {"daypart", "sells by itself on its strong days; promote it on the weak ones only"};
  }
  if (e.promotions > 0 && !e.promotions_lost(params.min_roi)) {
    return {"feature", "popular and profitable, and past promotions paid: keep it visible"};
  }
  return {"none", "popular and profitable: sells by itself, a promotion gives margin away"};
}

}  // namespace

Strategy choose_strategy(ItemEvidence const& e, StrategyParams const& params) {
  if (e.menu_class == "SEASONAL_OUT")
    return {"limited_time", "sold in its season only: bring it back for a limited time"};
  if (e.menu_class == "NEW") return {"none", "too new to judge"};
  if (e.menu_class == "NO_COST") return {"none", "the cost is unknown: whether a promotion pays cannot be said"};
  if (e.menu_class == "NO_SALES") return {"remove", "not sold in the period"};
  if (e.menu_class.starts_with("Dog")) return for_dog(e);
  if (e.menu_class.starts_with("Puzzle")) return for_puzzle(e, params);
  if (e.menu_class.starts_with("Plowhorse")) return for_plowhorse(e);
  if (e.menu_class.starts_with("Star")) return for_star(e, params);
  return {"none", "no menu class: not enough is known"};
}

}  // namespace tidemill::drivers
