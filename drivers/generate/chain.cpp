#include "drivers/generate/chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "drivers/generate/calendar.hpp"
#include "drivers/generate/draws.hpp"
#include "drivers/generate/menu.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

// Purposes keep the streams of one id apart (see Draws); 1 .. 9 are for the plan, 10 and above for days.
enum : std::uint32_t { item_traits = 1, price_steps = 2, promotion_plan = 3 };

struct Extent {
  int locations;
  int categories;
  std::int64_t days;
  double volume;
};

Extent extent_of(DemoSize size) {
  switch (size) {
    case DemoSize::small:
      return {3, 2, 91, 0.15};
    case DemoSize::medium:
      return {5, 6, 455, 1.0};
    default:
      return {12, 8, 730, 1.0};
  }
}

struct Place {
  char const* name;
  double volume;
  double weekend;
};

constexpr Place places[] = {
    {"Harbour Square", 1.2, 0.10}, {"Old Town", 1.0, 0.15},  {"Station Hall", 1.1, -0.10}, {"Lakeside", 0.8, 0.35},
    {"Tech Park", 0.9, -0.60},     {"Riverbank", 1.0, 0.20}, {"Museum Mile", 0.7, 0.30},   {"West End", 1.1, 0.05},
};

std::vector<DemoLocation> make_locations(int count, double volume) {
  std::vector<DemoLocation> locations;
  constexpr int named = std::size(places);
  for (int l = 0; l < count; ++l) {
    Place const& place = places[l % named];
    std::string name = place.name;
    if (l >= named) name += fmt::format(" {}", l / named + 1);
    locations.push_back({name, static_cast<SalesSystem>(l % 3), volume * place.volume, place.weekend});
  }
  return locations;
}

std::int64_t to_ten_cents(double cents) { return 10 * std::llround(cents / 10.0); }

/// Price levels as shares of the reference, by history. A tested item visits its levels in random order.
std::vector<double> levels_of(PriceHistory history) {
  switch (history) {
    case PriceHistory::tested:
      return {0.88, 1.0, 1.09, 1.18};
    case PriceHistory::two_prices:
      return {1.0, 1.1};
    case PriceHistory::narrow:
      return {0.985, 1.0, 1.015};
    default:
      return {1.0};
  }
}

std::vector<PriceStep> make_prices(DemoItem const& item, DemoChain const& chain, std::uint64_t id) {
  Draws draws(chain.seed, id, price_steps);
  std::vector<double> const levels = levels_of(item.history);
  std::int64_t const shortest = chain.days < 200 ? 14 : 24;
  std::vector<PriceStep> prices;
  std::int64_t previous = 0;
  for (std::int64_t day = chain.first_day; day < chain.end_day();) {
    std::vector<std::int64_t> choices;
    for (double const level : levels) {
      std::int64_t const cents = to_ten_cents(level * static_cast<double>(item.reference));
      if (cents != previous) choices.push_back(cents);
    }
    if (choices.empty()) break;
    previous = choices[static_cast<std::size_t>(draws.below(static_cast<std::int64_t>(choices.size())))];
    prices.push_back({day, previous});
    day += shortest + draws.below(shortest * 3 / 4);
  }
  return prices;
}

/// One dish of each category has a history that cannot identify its elasticity; which one moves along the categories.
PriceHistory history_of(int category, int dish) {
  static constexpr std::array hidden{PriceHistory::constant, PriceHistory::two_prices, PriceHistory::narrow};
  return dish == (category * 2 + 1) % 6 ? hidden[static_cast<std::size_t>(category % 3)] : PriceHistory::tested;
}

DemoItem make_item(MenuCategory const& category, int c, int d, DemoChain const& chain) {
  Dish const& dish = category.dishes[d];
  std::uint64_t const id = static_cast<std::uint64_t>(c * 6 + d);
  Draws draws(chain.seed, id, item_traits);
  DemoItem item;
  item.name = dish.name;
  item.sku = fmt::format("{}-{:02}", c + 1, d + 1);
  item.category = c;
  item.share = dish.share;
  item.reference = dish.price;
  item.unit_cost = dish.cost;
  item.first_day = chain.first_day;
  item.elasticity = std::min(-0.5, category.elasticity + 0.4 * draws.normal());
  item.trend = std::array{0.0, 0.25, 0.0, -0.25}[static_cast<std::size_t>((d + c) % 4)];
  item.history = history_of(c, d);
  item.prices = make_prices(item, chain, id);
  return item;
}

/// Items outside the matrix: one launched just before the end, one out of season, one whose cost nobody recorded.
void add_special_items(DemoChain& chain) {
  std::uint64_t id = 1000;
  auto const add = [&](char const* name, char const* sku, int category, std::int64_t price, std::int64_t cost) {
    DemoItem item;
    item.name = name;
    item.sku = sku;
    item.category = category;
    item.share = 0.05;
    item.reference = price;
    item.unit_cost = cost;
    item.first_day = chain.first_day;
    item.elasticity = chain.categories[static_cast<std::size_t>(category)].elasticity;
    item.history = PriceHistory::constant;
    item.prices = make_prices(item, chain, id++);
    chain.items.push_back(std::move(item));
    return std::prev(chain.items.end());
  };
  add("Crispy Cauliflower Burger", "9-01", 0, 1250, 480)->first_day = chain.end_day() - 10;
  add("Chef's Platter of the Day", "9-02", 5, 1490, 700)->cost_known = false;
  add("Pumpkin Chestnut Soup", "9-03", 5, 690, 230)->only_autumn = true;
}

/// Every second tested dish is promoted about three times a year, one run in four at half of the locations only.
void add_promotions(DemoChain& chain, int item) {
  Draws draws(chain.seed, static_cast<std::uint64_t>(item), promotion_plan);
  DemoItem const& promoted = chain.items[static_cast<std::size_t>(item)];
  double const feature = draws.between(0.10, 0.30);
  double const cannibalised = draws.between(0.03, 0.08);
  double const dip = draws.between(0.05, 0.15);
  std::int64_t const gap = chain.days < 200 ? 25 : 90;
  int number = 1;
  for (std::int64_t day = chain.first_day + gap / 2 + draws.below(gap); day + 24 < chain.end_day(); ++number) {
    DemoPromotion promotion;
    promotion.name = fmt::format("{} {}", promoted.name, number);
    promotion.item = item;
    promotion.first_day = day;
    promotion.last_day = day + 9 + 4 * draws.below(2);
    promotion.percent_off = static_cast<int>(10 + 5 * draws.below(4));
    promotion.feature = feature;
    promotion.dip = dip;
    promotion.cannibalised = cannibalised;
    promotion.fixed_cost = 5000 + 1000 * draws.below(11);
    bool const everywhere = !draws.chance(0.25);
    for (std::size_t l = 0; l < chain.locations.size(); ++l) promotion.at.push_back(everywhere || l % 2 == 0);
    chain.promotions.push_back(std::move(promotion));
    day += gap + draws.below(gap / 2);
  }
}

}  // namespace

DemoSize parse_demo_size(std::string_view name) {
  if (name == "small") return DemoSize::small;
  if (name == "medium") return DemoSize::medium;
  if (name == "large") return DemoSize::large;
  throw ConfigError(fmt::format("size '{}' is unknown; expected small, medium or large", name));
}

std::string_view name_of(PriceHistory history) {
  static constexpr std::array<std::string_view, 4> names{"tested", "constant", "two_prices", "narrow"};
  return names[static_cast<std::size_t>(history)];
}

std::string_view name_of(SalesSystem system) {
  static constexpr std::array<std::string_view, 3> names{"toast", "square", "clover"};
  return names[static_cast<std::size_t>(system)];
}

DemoChain make_chain(DemoSize size, std::uint64_t seed) {
  Extent const extent = extent_of(size);
  DemoChain chain;
  chain.seed = seed;
  chain.days = extent.days;
  chain.first_day = day_number(2026, 7, 1) - extent.days;
  chain.locations = make_locations(extent.locations, extent.volume);
  for (int c = 0; c < extent.categories; ++c) {
    MenuCategory const& category = menu_categories()[static_cast<std::size_t>(c)];
    chain.categories.push_back({std::string(category.name), category.units, category.elasticity, category.weekend,
                                category.season, category.peak_day});
    for (int d = 0; d < 6; ++d) chain.items.push_back(make_item(category, c, d, chain));
  }
  int const regular = static_cast<int>(chain.items.size());
  if (size != DemoSize::small) add_special_items(chain);
  for (int item = 0; item < regular; ++item) {
    if (item % 2 == 0 && chain.items[static_cast<std::size_t>(item)].history == PriceHistory::tested) {
      add_promotions(chain, item);
    }
  }
  return chain;
}

std::int64_t list_price(DemoItem const& item, std::int64_t day) {
  auto const after = std::upper_bound(item.prices.begin(), item.prices.end(), day,
                                      [](std::int64_t d, PriceStep const& step) { return d < step.first_day; });
  return after == item.prices.begin() ? item.prices.front().cents : std::prev(after)->cents;
}

bool on_menu(DemoItem const& item, std::int64_t day) {
  if (day < item.first_day) return false;
  if (!item.only_autumn) return true;
  int const month = calendar_day(day).month;
  return month >= 10 || month == 1;
}

int running_promotion(DemoChain const& chain, int location, int item, std::int64_t day) {
  for (std::size_t p = 0; p < chain.promotions.size(); ++p) {
    DemoPromotion const& promotion = chain.promotions[p];
    if (promotion.item == item && promotion.first_day <= day && day <= promotion.last_day &&
        promotion.at[static_cast<std::size_t>(location)]) {
      return static_cast<int>(p);
    }
  }
  return -1;
}

std::int64_t promoted_price(DemoPromotion const& promotion, std::int64_t list_price) {
  return list_price - (list_price * promotion.percent_off + 50) / 100;
}

}  // namespace tidemill::drivers
