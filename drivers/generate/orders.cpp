#include "drivers/generate/orders.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "drivers/generate/demand.hpp"
#include "drivers/generate/draws.hpp"

namespace tidemill::drivers {
namespace {

enum : std::uint32_t { order_of_unit = 20, order_traits = 21, line_traits = 22 };

constexpr double units_per_order = 3.2;
constexpr Modifier modifiers[] = {{"No onions", 0},    {"Gluten free", 0},     {"Well done", 0},
                                  {"Sauce aside", 0},  {"Extra hot", 0},       {"Extra cheese", 120},
                                  {"Large size", 150}, {"Side \"fries\"", 200}};
constexpr int free_modifiers = 5;

/// Where a day's numbers come from: one id per (location, day), one more per order or unit of it.
struct DayKey {
  DemoChain const& chain;
  std::uint64_t id;
  Draws draws(std::int64_t number, std::uint32_t purpose) const {
    return {chain.seed, id << 20 | static_cast<std::uint64_t>(number), purpose};
  }
};

std::int64_t order_time(Draws& draws) {
  double const kind = draws.uniform();
  double hour = 0.0;
  if (kind < 0.42) {
    hour = 12.8 + 0.9 * draws.normal();
  } else if (kind < 0.96) {
    hour = 19.6 + 1.5 * draws.normal();
  } else {
    hour = draws.between(23.0, 26.5);
  }
  return static_cast<std::int64_t>(3600.0 * std::clamp(hour, 8.0, 27.5));
}

struct Order {
  std::int64_t second;
  int number;  // as drawn; orders are numbered again by time
  int channel;
};

/// Orders of a day in order of time.
std::vector<Order> make_orders(DayKey const& key, std::int64_t count) {
  std::vector<Order> orders;
  for (std::int64_t number = 0; number < count; ++number) {
    Draws draws = key.draws(number, order_traits);
    std::int64_t const second = order_time(draws);
    double const kind = draws.uniform();
    orders.push_back({second, static_cast<int>(number), kind < 0.6 ? 0 : kind < 0.85 ? 1 : 2});
  }
  std::sort(orders.begin(), orders.end(), [](Order const& a, Order const& b) {
    return std::pair(a.second, a.number) < std::pair(b.second, b.number);
  });
  return orders;
}

/// (place of the order in time, item) of every unit sold, sorted.
std::vector<std::pair<int, int>> assign_units(DayKey const& key, std::vector<std::int64_t> const& sold,
                                              std::int64_t orders) {
  std::vector<std::pair<int, int>> units;
  std::int64_t number = 0;
  for (std::size_t item = 0; item < sold.size(); ++item) {
    for (std::int64_t unit = 0; unit < sold[item]; ++unit, ++number) {
      units.emplace_back(static_cast<int>(key.draws(number, order_of_unit).below(orders)), static_cast<int>(item));
    }
  }
  std::sort(units.begin(), units.end());
  return units;
}

/// Adds what happens to a sale: modifiers, coupons, notes; a line voided before it, a refund after it.
void add_sale(DayKey const& key, DemoLine sale, int number, std::vector<DemoLine>& lines) {
  Draws draws = key.draws(number, line_traits);
  // Nobody wants coffee without onions.
  int const category = key.chain.items[static_cast<std::size_t>(sale.item)].category;
  std::string const& category_name = key.chain.categories[static_cast<std::size_t>(category)].name;
  bool const is_cooked = category_name != "Drinks" && category_name != "Desserts";
  double const wish = is_cooked ? draws.uniform() : 1.0;
  if (wish < 0.08) {
    sale.modifier = static_cast<int>(draws.below(free_modifiers));
  } else if (wish < 0.10) {
    sale.modifier = static_cast<int>(free_modifiers + draws.below(std::size(modifiers) - free_modifiers));
  }
  sale.has_note = draws.chance(0.01);
  if (draws.chance(0.008)) sale.coupon = (sale.price + 5) / 10;
  if (draws.chance(0.008)) {
    DemoLine mistake = sale;
    mistake.kind = LineKind::voided;
    lines.push_back(mistake);
  }
  lines.push_back(sale);
  if (draws.chance(0.004)) {
    sale.kind = LineKind::refund;
    sale.second += 1200;
    sale.has_note = false;
    lines.push_back(sale);
  }
}

void add_extras(DayKey const& key, Order const& order, std::int64_t units_in_order, std::vector<DemoLine>& lines) {
  Draws draws = key.draws(order.number, order_traits + 100);
  DemoLine extra;
  extra.second = order.second;
  extra.channel = order.channel;
  if (draws.chance(0.004)) {
    extra.kind = LineKind::gift_card;
    extra.price = draws.chance(0.5) ? 2500 : 5000;
    lines.push_back(extra);
  }
  if (units_in_order >= 8) {
    extra.kind = LineKind::service;
    extra.price = 50 * units_in_order;
    lines.push_back(extra);
  }
}

DemoLine plain_sale(DemoChain const& chain, int location, int item, std::int64_t day) {
  DemoLine sale;
  sale.item = item;
  sale.price = list_price(chain.items[static_cast<std::size_t>(item)], day);
  int const promotion = running_promotion(chain, location, item, day);
  if (promotion >= 0) {
    sale.promotion = sale.price - promoted_price(chain.promotions[static_cast<std::size_t>(promotion)], sale.price);
  }
  return sale;
}

}  // namespace

Modifier modifier_of(int modifier) { return modifiers[modifier]; }

std::string_view channel_name(int channel) {
  static constexpr std::array<std::string_view, 3> names{"Dine In", "Take Out", "Delivery"};
  return names[static_cast<std::size_t>(channel)];
}

std::string_view daypart_of(std::int64_t second) {
  if (second < 11 * 3600) return "Breakfast";
  if (second < 16 * 3600) return "Lunch";
  return second < 22 * 3600 ? "Dinner" : "Late Night";
}

std::int64_t tax_on(std::int64_t net) { return (net * 8 + (net < 0 ? -50 : 50)) / 100; }

std::vector<DemoLine> make_day(DemoChain const& chain, int location, std::int64_t day) {
  auto const locations = static_cast<std::int64_t>(chain.locations.size());
  DayKey const key{chain, static_cast<std::uint64_t>(day * locations + location)};
  std::vector<std::int64_t> sold;
  std::int64_t total = 0;
  for (std::size_t item = 0; item < chain.items.size(); ++item) {
    sold.push_back(sold_units(chain, location, static_cast<int>(item), day));
    total += sold.back();
  }
  if (total == 0) return {};
  std::int64_t const drawn =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(total) / units_per_order));
  std::vector<Order> const orders = make_orders(key, drawn);
  std::vector<std::pair<int, int>> const units = assign_units(key, sold, drawn);

  std::vector<DemoLine> lines;
  int order_number = 0;
  int line_number = 0;
  for (std::size_t at = 0; at < units.size(); ++order_number) {
    std::size_t const first = lines.size();
    std::size_t const first_unit = at;
    int const place = units[at].first;
    Order const& order = orders[static_cast<std::size_t>(place)];
    while (at < units.size() && units[at].first == place) {
      std::size_t const begin = at;
      while (at < units.size() && units[at] == units[begin]) ++at;
      DemoLine sale = plain_sale(chain, location, units[begin].second, day);
      sale.units = static_cast<std::int64_t>(at - begin);
      sale.second = order.second;
      sale.channel = order.channel;
      add_sale(key, sale, line_number++, lines);
    }
    add_extras(key, order, static_cast<std::int64_t>(at - first_unit), lines);
    for (std::size_t i = first; i < lines.size(); ++i) {
      lines[i].order = order_number;
      lines[i].line = static_cast<int>(i - first);
    }
  }
  return lines;
}

}  // namespace tidemill::drivers
