#include "drivers/generate/truth.hpp"

#include <cmath>

#include "drivers/generate/demand.hpp"
#include "drivers/menu/placement.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::int64_t dip_days = 7;

/// What a guest pays for an item on a day; `without` leaves a promotion out.
double paid_price(DemoChain const& chain, int location, int item, std::int64_t day, int without = no_promotion) {
  std::int64_t const price = list_price(chain.items[static_cast<std::size_t>(item)], day);
  int const p = running_promotion(chain, location, item, day);
  bool const promoted = p >= 0 && p != without;
  return static_cast<double>(promoted ? promoted_price(chain.promotions[static_cast<std::size_t>(p)], price) : price);
}

/// Status of an item at the end of the data: a dish of the last days is new, one not served in the last month is out.
MenuStatus status_of(DemoChain const& chain, DemoItem const& item) {
  if (item.first_day + 14 > chain.end_day()) return MenuStatus::is_new;
  if (!on_menu(item, chain.end_day() - 1)) return MenuStatus::seasonal_out;
  return item.cost_known ? MenuStatus::compared : MenuStatus::no_cost;
}

void classify(DemoChain const& chain, std::vector<ItemTruth>& truths) {
  for (std::size_t c = 0; c < chain.categories.size(); ++c) {
    std::vector<std::size_t> members;
    std::vector<MenuItem> set;
    for (std::size_t i = 0; i < chain.items.size(); ++i) {
      DemoItem const& item = chain.items[i];
      if (static_cast<std::size_t>(item.category) != c) continue;
      MenuItem entry;
      entry.units = truths[i].units;
      entry.price = truths[i].mean_price;
      entry.cost = static_cast<double>(item.unit_cost);
      entry.status = status_of(chain, item);
      members.push_back(i);
      set.push_back(entry);
    }
    std::vector<Placement> placements(set.size());
    place_items(set, MenuRule{}, placements);
    for (std::size_t m = 0; m < members.size(); ++m) {
      truths[members[m]].menu_class = set[m].status == MenuStatus::compared
                                          ? class_name(MenuVariant::kasavana_smith, placements[m])
                                          : class_name(set[m].status);
    }
  }
}

PromotionTruth true_promotion(DemoChain const& chain, int p, int location) {
  DemoPromotion const& promotion = chain.promotions[static_cast<std::size_t>(p)];
  DemoItem const& promoted = chain.items[static_cast<std::size_t>(promotion.item)];
  PromotionTruth truth;
  truth.promotion = p;
  truth.location = location;
  for (std::int64_t day = promotion.first_day; day <= promotion.last_day; ++day) {
    double const units = expected_units(chain, location, promotion.item, day);
    double const baseline = expected_units(chain, location, promotion.item, day, p);
    auto const cost = static_cast<double>(promoted.unit_cost);
    truth.units += units;
    truth.baseline_units += baseline;
    truth.incremental_margin += units * (paid_price(chain, location, promotion.item, day) - cost);
    truth.incremental_margin -= baseline * (paid_price(chain, location, promotion.item, day, p) - cost);
    for (std::size_t i = 0; i < chain.items.size(); ++i) {
      DemoItem const& other = chain.items[i];
      if (other.category != promoted.category || static_cast<int>(i) == promotion.item) continue;
      auto const item = static_cast<int>(i);
      double const lost = expected_units(chain, location, item, day, p) - expected_units(chain, location, item, day);
      truth.cannibalised_units += lost;
      truth.incremental_margin -=
          lost * (paid_price(chain, location, item, day) - static_cast<double>(other.unit_cost));
    }
  }
  for (std::int64_t day = promotion.last_day + 1; day <= promotion.last_day + dip_days; ++day) {
    truth.dip_units +=
        expected_units(chain, location, promotion.item, day, p) - expected_units(chain, location, promotion.item, day);
  }
  return truth;
}

}  // namespace

std::vector<ItemTruth> true_items(DemoChain const& chain) {
  std::vector<ItemTruth> truths(chain.items.size());
  for (std::size_t i = 0; i < chain.items.size(); ++i) {
    double revenue = 0.0;
    for (std::size_t l = 0; l < chain.locations.size(); ++l) {
      for (std::int64_t day = chain.first_day; day < chain.end_day(); ++day) {
        double const units = expected_units(chain, static_cast<int>(l), static_cast<int>(i), day);
        truths[i].units += units;
        revenue += units * paid_price(chain, static_cast<int>(l), static_cast<int>(i), day);
      }
    }
    truths[i].mean_price = revenue / truths[i].units;
  }
  classify(chain, truths);
  return truths;
}

std::vector<PromotionTruth> true_promotions(DemoChain const& chain) {
  std::vector<PromotionTruth> truths;
  for (std::size_t p = 0; p < chain.promotions.size(); ++p) {
    for (std::size_t l = 0; l < chain.locations.size(); ++l) {
      if (chain.promotions[p].at[l]) truths.push_back(true_promotion(chain, static_cast<int>(p), static_cast<int>(l)));
    }
  }
  return truths;
}

}  // namespace tidemill::drivers
