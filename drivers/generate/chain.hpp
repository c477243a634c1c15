#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill::drivers {

/// How much demo data: small is for tests (thousands of lines), medium for a demo night (hundreds of thousands),
/// large for clusters (millions).
enum class DemoSize { small, medium, large };
DemoSize parse_demo_size(std::string_view name);  ///< throws ConfigError naming the three

/// What one category of the menu does in the year; all its items share it.
struct CategoryProfile {
  std::string name;
  double units = 0;        ///< per location and day, all items together, at reference prices
  double elasticity = -1;  ///< mean of the items' own-price elasticities
  double weekend = 0;      ///< natural log, added on Saturday and Sunday
  double season = 0;       ///< natural log: half the swing between peak and trough of the year
  int peak_day = 0;        ///< day of the year with the highest demand
};

struct PriceStep {
  std::int64_t first_day;
  std::int64_t cents;
};

/// How an item's list price moved. Only `tested` lets an elasticity be identified (domain rules: at least three prices
/// of 14 days each and a range of 5 %).
enum class PriceHistory { tested, constant, two_prices, narrow };
std::string_view name_of(PriceHistory history);

struct DemoItem {
  std::string name;
  std::string sku;
  int category = 0;
  double share = 0;            ///< of the category's units at reference prices
  std::int64_t reference = 0;  ///< cents: the price at which `share` holds
  std::int64_t unit_cost = 0;  ///< cents
  bool cost_known = true;      ///< false: its cell in the costs file is empty
  std::int64_t first_day = 0;  ///< on the menu from here on
  bool only_autumn = false;    ///< on the menu from October to January
  double elasticity = -1;
  double trend = 0;  ///< natural log per year; 0 is steady
  PriceHistory history = PriceHistory::tested;
  std::vector<PriceStep> prices;  ///< in day order; the first holds from the start
};

enum class SalesSystem { toast, square, clover };
std::string_view name_of(SalesSystem system);

struct DemoLocation {
  std::string name;
  SalesSystem system = SalesSystem::toast;
  double volume = 1;   ///< factor on all units
  double weekend = 0;  ///< natural log, added on Saturday and Sunday: below 0 for offices, above for leisure
};

struct DemoPromotion {
  std::string name;
  int item = 0;
  std::int64_t first_day = 0;
  std::int64_t last_day = 0;  ///< inclusive
  int percent_off = 0;
  double feature = 0;           ///< natural log, beyond the effect of the lower price
  double dip = 0;               ///< natural log on the first of seven days after the end, fading linearly
  double cannibalised = 0;      ///< natural log taken from each other item of the category while it runs
  std::int64_t fixed_cost = 0;  ///< cents
  std::vector<bool> at;         ///< per location: runs there (the others are a control group)
};

/// A chain of restaurants with everything about its demand known.
struct DemoChain {
  std::uint64_t seed = 1;
  std::int64_t first_day = 0;
  std::int64_t days = 0;
  std::vector<CategoryProfile> categories;
  std::vector<DemoItem> items;
  std::vector<DemoLocation> locations;
  std::vector<DemoPromotion> promotions;
  std::int64_t end_day() const { return first_day + days; }  ///< the day after the last
};

/// The same chain for the same (size, seed) everywhere.
DemoChain make_chain(DemoSize size, std::uint64_t seed);

/// List price in cents on a day; days after the end keep the last price.
std::int64_t list_price(DemoItem const& item, std::int64_t day);
bool on_menu(DemoItem const& item, std::int64_t day);
/// The promotion that runs for this item on this day at this location, or -1.
int running_promotion(DemoChain const& chain, int location, int item, std::int64_t day);
/// What a guest pays per unit, without modifiers and coupons.
std::int64_t promoted_price(DemoPromotion const& promotion, std::int64_t list_price);

}  // namespace tidemill::drivers
