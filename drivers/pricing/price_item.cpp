#include "drivers/pricing/price_item.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace tidemill::drivers {
namespace {

/// Prices are compared with this slack, because a share of a price is rarely a whole cent in binary.
constexpr double slack = 1e-9;

double grid_step(PriceItem const& item, bool in_cents, PriceParams const& params) {
  if (params.price_step > 0) return params.price_step;
  return in_cents ? 0.05 : item.price / 200;
}

bool has_ending(double price, std::vector<int> const& endings) {
  if (endings.empty()) return true;
  auto const last_two = static_cast<int>(std::llround(price * 100) % 100);
  return std::find(endings.begin(), endings.end(), last_two) != endings.end();
}

unsigned broken_limits(PriceItem const& item, double price, PriceParams const& params) {
  unsigned broken = limit_none;
  auto const outside = [&](double low, double high) {
    return price < low * (1 - slack) - slack || price > high * (1 + slack) + slack;
  };
  if (outside(params.lowest_price, params.highest_price)) broken |= limit_bounds;
  if (outside(item.price * (1 - params.max_change), item.price * (1 + params.max_change))) broken |= limit_max_change;
  if (outside(item.elasticity->lowest_price * (1 - params.beyond_observed),
              item.elasticity->highest_price * (1 + params.beyond_observed))) {
    broken |= limit_observed_range;
  }
  if (!has_ending(price, params.price_endings)) broken |= limit_price_ending;
  if ((price - item.cost) / price < params.min_margin_share - slack) broken |= limit_min_margin;
  return broken;
}

}  // namespace

std::string name_of_limit(unsigned limit) {
  switch (limit) {
    case limit_bounds:
      return "bounds";
    case limit_max_change:
      return "max_change";
    case limit_observed_range:
      return "observed_range";
    case limit_price_ending:
      return "price_ending";
    case limit_min_margin:
      return "min_margin";
    default:
      return "none";
  }
}

void lay_out_points(PriceItem& item, bool in_cents, PriceParams const& params) {
  double const step = grid_step(item, in_cents, params);
  // In cents the grid starts at zero (9.95, 10.00); else at the current price.
  double const origin = in_cents ? 0.0 : item.price;
  auto const first = static_cast<std::int64_t>(std::ceil((0.5 * item.price - origin) / step - slack));
  auto const last = static_cast<std::int64_t>(std::floor((2.0 * item.price - origin) / step + slack));
  std::vector<double> prices{item.price};
  for (std::int64_t k = first; k <= last; ++k) {
    double price = origin + static_cast<double>(k) * step;
    if (in_cents) price = std::round(price * 100) / 100;
    if (price > 0) prices.push_back(price);
  }
  // Endings may lie between the points of a coarse grid.
  for (int const ending : params.price_endings) {
    for (auto whole = static_cast<std::int64_t>(0.5 * item.price); static_cast<double>(whole) <= 2 * item.price;
         ++whole) {
      prices.push_back(static_cast<double>(whole * 100 + ending) / 100);
    }
  }
  std::sort(prices.begin(), prices.end());
  prices.erase(std::unique(prices.begin(), prices.end()), prices.end());
  item.points.clear();
  for (double const price : prices) {
    bool const is_current = price == item.price;
    if (is_current) item.current = item.points.size();
    item.points.push_back({price, is_current ? limit_none : broken_limits(item, price, params)});
  }
  item.advised = item.current;
}

std::size_t best_point(PriceItem const& item, unsigned forgiven) {
  std::size_t best = item.current;
  auto const distance = [&](std::size_t i) { return std::abs(item.points[i].price - item.price); };
  for (std::size_t i = 0; i < item.points.size(); ++i) {
    if ((item.points[i].broken & ~forgiven) != 0) continue;
    double const gain = item.points[i].profit - item.points[best].profit;
    if (gain > 0 || (gain == 0 && distance(i) < distance(best))) best = i;
  }
  return best;
}

unsigned binding_limit(PriceItem const& item, std::size_t chosen) {
  unsigned binding = limit_none;
  double most = item.points[chosen].profit;
  for (unsigned const limit :
       {limit_max_change, limit_observed_range, limit_price_ending, limit_min_margin, limit_bounds}) {
    double const profit = item.points[best_point(item, limit)].profit;
    if (profit > most) {
      most = profit;
      binding = limit;
    }
  }
  return binding;
}

}  // namespace tidemill::drivers
