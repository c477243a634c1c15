#include <algorithm>
#include <cmath>
#include <map>

#include "drivers/report/read_parts.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers::report {
namespace {

using Place = std::pair<std::string, std::string>;  ///< location, item

/// The constraint that holds a price back, in words.
std::string limit_text(std::string const& binding) {
  static std::map<std::string, std::string> const words{{"none", ""},
                                                        {"max_change", "largest change allowed"},
                                                        {"observed_range", "prices seen so far"},
                                                        {"basket_change", "change of the basket"},
                                                        {"min_margin", "smallest margin"},
                                                        {"ladder", "order of sizes"}};
  auto const known = words.find(binding);
  if (known != words.end()) return known->second;
  std::string text = binding;
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

/// Why there is no advice; empty when there is.
std::string reason_text(std::string const& status, std::string const& reason) {
  if (reason.empty()) return "";
  return status == "NOT_IDENTIFIED" ? "past prices cannot tell how guests react" : reason;
}

std::int64_t per_week(std::int64_t cents_per_day) {
  return cents_per_day == io::missing_integer ? cents_per_day : cents_per_day * 7;
}

/// Money per day, exact before it is rounded to cents of a week.
std::int64_t week_cents(NightTable const& table, std::string const& column, std::int64_t row) {
  double const value = table.number(column, row);
  return std::isfinite(value) ? std::llround(value * 700) : per_week(io::missing_integer);
}

bool is_advice(PriceAdvice const& advice) { return advice.status.empty() && advice.price_advised != advice.price_now; }

std::map<Place, std::vector<CurvePoint>> curves_by_place(NightTable const& curves) {
  std::map<Place, std::vector<CurvePoint>> all;
  for (std::int64_t row = 0; row < curves.rows(); ++row) {
    all[{curves.text("location", row), curves.text("item", row)}].push_back(
        {static_cast<double>(curves.cents("price", row)), curves.number("profit", row) * 700});
  }
  for (auto& [place, points] : all) {
    std::stable_sort(points.begin(), points.end(), [](auto const& a, auto const& b) { return a.price < b.price; });
  }
  return all;
}

}  // namespace

void read_menu(NightTable const& menu, ReportData& data) {
  for (std::int64_t row = 0; row < menu.rows(); ++row) {
    if (menu.text("level", row) != "chain") continue;
    double const x = menu.number("x", row), x_limit = menu.number("x_limit", row);
    data.menu.push_back({menu.item_name("item", row), menu.text("category", row), menu.text("class", row),
                         menu.text("action", row), menu.whole("units", row), menu.cents("price", row),
                         menu.cents("margin", row), x_limit > 0 ? x / x_limit : std::nan(""),
                         (menu.number("y", row) - menu.number("y_limit", row)) * 100, menu.number("stability", row)});
  }
  std::stable_sort(data.menu.begin(), data.menu.end(),
                   [](auto const& a, auto const& b) { return a.units * a.price > b.units * b.price; });
}

void read_prices(NightTable const& prices, NightTable const& curves, NightTable const& elasticities, ReportData& data) {
  std::map<std::string, double> elasticity;
  for (std::int64_t row = 0; row < elasticities.rows(); ++row) {
    elasticity[elasticities.text("item", row)] = elasticities.number("elasticity", row);
  }
  std::map<Place, std::vector<CurvePoint>> const all_curves = curves_by_place(curves);
  for (std::int64_t row = 0; row < prices.rows(); ++row) {
    Place const place{prices.text("location", row), prices.text("item", row)};
    PriceAdvice advice;
    advice.item = prices.item_name("item", row);
    advice.location = place.first;
    advice.price_now = prices.cents("current_price", row);
    advice.price_advised = prices.cents("advised_price", row);
    advice.gain = week_cents(prices, "gain", row);
    advice.gain_lower = week_cents(prices, "gain_lower", row);
    advice.gain_upper = week_cents(prices, "gain_upper", row);
    auto const known = elasticity.find(place.second);
    advice.elasticity = known == elasticity.end() ? std::nan("") : known->second;
    advice.status = reason_text(prices.text("status", row), prices.text("reason", row));
    advice.limit = limit_text(prices.text("binding", row));
    if (auto const curve = all_curves.find(place); curve != all_curves.end()) advice.curve = curve->second;
    if (is_advice(advice) && advice.gain != io::missing_integer) {
      data.headline.advice_gain += advice.gain;
      ++data.headline.advice_count;
    }
    data.prices.push_back(std::move(advice));
  }
  std::stable_sort(data.prices.begin(), data.prices.end(),
                   [](auto const& a, auto const& b) { return a.gain > b.gain; });
}

void read_promotions(NightTable const& effects, NightTable const& strategies, ReportData& data) {
  std::map<std::string, PromotionResult> by_item;
  for (std::int64_t row = 0; row < strategies.rows(); ++row) {
    PromotionResult& result = by_item[strategies.text("item", row)];
    result.item = strategies.item_name("item", row);
    result.strategy = strategies.text("strategy", row);
    result.reason = strategies.text("reason", row);
    result.roi = std::nan("");
  }
  for (std::int64_t row = 0; row < effects.rows(); ++row) {
    PromotionResult& result = by_item[effects.text("item", row)];
    std::int64_t const margin = effects.cents("incremental_margin", row), dip = effects.cents("dip_margin", row);
    if (margin == io::missing_integer) continue;
    result.item = effects.item_name("item", row);
    ++result.windows;
    result.incremental_units += effects.number("incremental_units", row);
    result.incremental_margin += margin + (dip == io::missing_integer ? 0 : dip);
    std::int64_t const cost = effects.cents("fixed_cost", row);
    result.cost += cost == io::missing_integer ? 0 : cost;
  }
  for (auto& [item, result] : by_item) {
    result.roi = result.cost > 0
                     ? static_cast<double>(result.incremental_margin - result.cost) / static_cast<double>(result.cost)
                     : std::nan("");
    data.promotions.push_back(std::move(result));
  }
  std::stable_sort(data.promotions.begin(), data.promotions.end(), [](auto const& a, auto const& b) {
    return a.incremental_margin - a.cost > b.incremental_margin - b.cost;
  });
}

}  // namespace tidemill::drivers::report
