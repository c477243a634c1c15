#include "drivers/report/price_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/report/scale.hpp"
#include "drivers/report/svg.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

using Anchor = Svg::Anchor;

/// Linear between the points of the curve; the end value outside.
double profit_at(std::vector<CurvePoint> const& curve, double price) {
  if (price <= curve.front().price) return curve.front().profit;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    CurvePoint const &left = curve[i - 1], &right = curve[i];
    if (price > right.price) continue;
    double const share = right.price > left.price ? (price - left.price) / (right.price - left.price) : 1;
    return left.profit + share * (right.profit - left.profit);
  }
  return curve.back().profit;
}

void mark_price(Svg& svg, Point at, double bottom, std::string const& style, std::string const& hint) {
  svg.line({at.x, at.y}, {at.x, bottom}, "drop");
  svg.circle(at, 5, style, hint);
}

}  // namespace

std::string draw_price_chart(PriceAdvice const& advice, std::string const& currency, ChartSize size) {
  if (advice.curve.size() < 2) return "";
  auto const [low, high] = std::minmax_element(advice.curve.begin(), advice.curve.end(),
                                               [](auto const& a, auto const& b) { return a.profit < b.profit; });
  std::vector<double> const ticks = nice_ticks(low->profit / 100, high->profit / 100, 3);
  auto const money = [&](double units) {
    return money_text(static_cast<std::int64_t>(std::llround(units * 100)), currency);
  };
  double const left = 14 + text_width(money(ticks.back()), 11), right = size.width - 14;
  double const top = 12, bottom = size.height - 24;
  Scale const x{advice.curve.front().price, advice.curve.back().price, left, right};
  Scale const y{ticks.front() * 100, ticks.back() * 100, bottom, top};
  Svg svg(size.width, size.height, advice.item + ": expected margin per week by price",
          fmt::format("Today {}, advised {}.", price_text(advice.price_now, currency),
                      price_text(advice.price_advised, currency)));
  for (double const tick : ticks) {
    svg.line({left, y(tick * 100)}, {right, y(tick * 100)}, "grid");
    svg.text({left - 6, y(tick * 100) + 4}, money(tick), Anchor::end, "tick");
  }
  svg.line({left, bottom}, {right, bottom}, "axis");
  std::vector<Point> points;
  for (CurvePoint const& point : advice.curve) points.push_back({x(point.price), y(point.profit)});
  svg.polyline(points, "line-forecast");
  auto const at = [&](std::int64_t cents) {
    auto const price = static_cast<double>(cents);
    return Point{x(price), y(profit_at(advice.curve, price))};
  };
  Point const now = at(advice.price_now), advised = at(advice.price_advised);
  mark_price(svg, now, bottom, "ring", "today " + price_text(advice.price_now, currency));
  mark_price(svg, advised, bottom, "optimum", "advised " + price_text(advice.price_advised, currency));
  // The two prices are written below the axis, pushed apart when they would touch.
  std::string const now_text = price_text(advice.price_now, currency);
  std::string const advised_text = price_text(advice.price_advised, currency);
  bool const now_first = now.x <= advised.x;
  double const gap = (text_width(now_text, 11) + text_width(advised_text, 12)) / 2 + 10;
  double const push = std::max(0.0, gap - std::abs(now.x - advised.x)) / 2;
  auto const inside = [&](double position) { return std::clamp(position, left + 8, right - 8); };
  svg.text({inside(now.x + (now_first ? -push : push)), bottom + 17}, now_text, Anchor::middle, "tick");
  svg.text({inside(advised.x + (now_first ? push : -push)), bottom + 17}, advised_text, Anchor::middle, "tick strong");
  return svg.finish();
}

}  // namespace tidemill::drivers::report
