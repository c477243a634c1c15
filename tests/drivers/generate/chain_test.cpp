#include "drivers/generate/chain.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "drivers/generate/demand.hpp"
#include "drivers/generate/orders.hpp"
#include "drivers/generate/truth.hpp"

namespace tidemill::drivers {
namespace {

/// The identification rule of the domain: at least three prices of 14 days each and a range of 5 %.
bool prices_identify(DemoChain const& chain, DemoItem const& item) {
  std::map<std::int64_t, int> days;
  for (std::int64_t day = chain.first_day; day < chain.end_day(); ++day) ++days[list_price(item, day)];
  std::erase_if(days, [](auto const& entry) { return entry.second < 14; });
  return days.size() >= 3 &&
         static_cast<double>(days.rbegin()->first) >= 1.05 * static_cast<double>(days.begin()->first);
}

TEST(DemoChain, PricesIdentifyExactlyTheTestedItems) {
  for (std::uint64_t const seed : {1u, 2u, 3u}) {
    DemoChain const chain = make_chain(DemoSize::medium, seed);
    int hidden = 0;
    for (DemoItem const& item : chain.items) {
      EXPECT_EQ(prices_identify(chain, item), item.history == PriceHistory::tested) << item.name;
      hidden += item.history != PriceHistory::tested;
    }
    EXPECT_GE(hidden, 6);
    EXPECT_LE(hidden, 12);
  }
}

TEST(DemoChain, AllClassesOccurWhateverTheSeed) {
  for (std::uint64_t const seed : {1u, 2u, 3u}) {
    std::map<std::string, int> classes;
    for (ItemTruth const& truth : true_items(make_chain(DemoSize::medium, seed))) ++classes[truth.menu_class];
    for (char const* name : {"Star", "Plowhorse", "Puzzle", "Dog"}) EXPECT_GE(classes[name], 4) << name;
    for (char const* name : {"NEW", "NO_COST", "SEASONAL_OUT"}) EXPECT_EQ(classes[name], 1) << name;
  }
}

TEST(DemoChain, PromotionsOfAnItemDoNotOverlap) {
  DemoChain const chain = make_chain(DemoSize::medium, 1);
  ASSERT_GE(chain.promotions.size(), 30u);
  std::map<int, std::int64_t> last;
  int with_control = 0;
  for (DemoPromotion const& promotion : chain.promotions) {
    if (last.count(promotion.item) != 0) {
      EXPECT_GT(promotion.first_day, last[promotion.item] + 7);
    }
    last[promotion.item] = promotion.last_day;
    EXPECT_LT(promotion.last_day + 7, chain.end_day() + 8);
    with_control += std::set<bool>(promotion.at.begin(), promotion.at.end()).size() == 2;
  }
  EXPECT_GE(with_control, 3);
}

TEST(DemoChain, DemandFollowsPricePromotionAndDip) {
  DemoChain const chain = make_chain(DemoSize::medium, 1);
  for (PromotionTruth const& truth : true_promotions(chain)) {
    DemoPromotion const& promotion = chain.promotions[static_cast<std::size_t>(truth.promotion)];
    double const elasticity = chain.items[static_cast<std::size_t>(promotion.item)].elasticity;
    // Lower price and feature multiply demand on every day alike, up to the rounding of the promoted price.
    double const expected =
        std::exp(promotion.feature + elasticity * std::log(1.0 - promotion.percent_off / 100.0)) - 1.0;
    EXPECT_NEAR(truth.uplift(), expected, 0.02) << promotion.name;
    EXPECT_GT(truth.dip_units, 0.0);
    EXPECT_GT(truth.cannibalised_units, 0.0);
  }
}

TEST(DemoChain, LinesOfADayAddUpToTheUnitsSold) {
  DemoChain const chain = make_chain(DemoSize::small, 5);
  for (int location = 0; location < 3; ++location) {
    std::int64_t const day = chain.first_day + 10 * location;
    std::map<int, std::int64_t> units;
    int order = 0;
    std::int64_t previous = 0;
    for (DemoLine const& line : make_day(chain, location, day)) {
      if (line.kind == LineKind::sale) units[line.item] += line.units;
      EXPECT_GE(line.order, order);
      if (line.order > order) {
        EXPECT_GE(line.second + 1200, previous);
      }
      order = line.order;
      previous = line.second;
      EXPECT_LT(line.second, 28 * 3600) << "after the cut-off of the business day";
    }
    for (std::size_t item = 0; item < chain.items.size(); ++item) {
      EXPECT_EQ(units[static_cast<int>(item)], sold_units(chain, location, static_cast<int>(item), day));
    }
  }
}

}  // namespace
}  // namespace tidemill::drivers
