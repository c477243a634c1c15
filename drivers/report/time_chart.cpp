#include "drivers/report/time_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "drivers/report/scale.hpp"
#include "drivers/report/svg.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

using Anchor = Svg::Anchor;

struct Extent {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  double top = 0;
  void cover(std::int64_t date, double value) {
    first = std::min(first, date);
    last = std::max(last, date);
    if (std::isfinite(value)) top = std::max(top, value);
  }
};

Extent extent_of(DemandPanel const& panel) {
  Extent extent;
  for (DayValue const& day : panel.actual) extent.cover(day.date, day.value);
  for (auto const* forecasts : {&panel.tested, &panel.forecast}) {
    for (DayForecast const& day : *forecasts) extent.cover(day.date, std::isfinite(day.upper) ? day.upper : day.value);
  }
  return extent;
}

struct Frame {
  Scale x, y;
  double left, right, top, bottom;
  Point at(std::int64_t date, double value) const { return {x(static_cast<double>(date)), y(value)}; }
};

Frame frame_of(Extent const& extent, std::vector<double> const& ticks, ChartSize size) {
  double const left = 14 + text_width(number_text(ticks.back(), decimals_of_step(ticks)), 11);
  double const right = size.width - 12, top = 14, bottom = size.height - 24;
  auto const span = static_cast<double>(std::max<std::int64_t>(extent.last, extent.first + 1));
  return {{static_cast<double>(extent.first), span, left, right},
          {ticks.front(), ticks.back(), bottom, top},
          left,
          right,
          top,
          bottom};
}

void draw_axes(Svg& svg, Frame const& frame, Extent const& extent, std::vector<double> const& ticks) {
  for (double const tick : ticks) {
    svg.line({frame.left, frame.y(tick)}, {frame.right, frame.y(tick)}, tick == 0 ? "axis" : "grid");
    svg.text({frame.left - 6, frame.y(tick) + 4}, number_text(tick, decimals_of_step(ticks)), Anchor::end, "tick");
  }
  double const per_day = (frame.right - frame.left) / std::max(1.0, static_cast<double>(extent.last - extent.first));
  std::int64_t step = 7;
  while (static_cast<double>(step) * per_day < 62) step *= 2;
  for (std::int64_t date = extent.last - (extent.last - extent.first) / step * step; date <= extent.last;
       date += step) {
    double const x = frame.x(static_cast<double>(date));
    svg.line({x, frame.bottom}, {x, frame.bottom + 4}, "axis");
    svg.text({std::clamp(x, frame.left + 14, frame.right - 14), frame.bottom + 17}, short_day_text(date),
             Anchor::middle, "tick");
  }
}

void draw_forecast(Svg& svg, Frame const& frame, std::vector<DayForecast> const& days, std::string const& band,
                   std::string const& line) {
  std::vector<Point> outline, middle;
  for (DayForecast const& day : days) {
    middle.push_back(frame.at(day.date, day.value));
    if (std::isfinite(day.upper)) outline.push_back(frame.at(day.date, day.upper));
  }
  for (auto day = days.rbegin(); day != days.rend(); ++day) {
    if (std::isfinite(day->lower)) outline.push_back(frame.at(day->date, day->lower));
  }
  if (outline.size() > 3) svg.polygon(outline, band);
  svg.polyline(middle, line);
}

}  // namespace

std::string draw_time_chart(DemandPanel const& panel, ChartSize size) {
  Extent const extent = extent_of(panel);
  if (extent.last < extent.first) return "<p class=\"empty\">No sales to draw.</p>\n";
  std::vector<double> const ticks = nice_ticks(0, extent.top, size.height < 200 ? 3 : 5);
  Frame const frame = frame_of(extent, ticks, size);
  Svg svg(size.width, size.height, panel.name + ": units per day, sold and forecast",
          fmt::format("From {} to {}; the highest value is {}.", day_text(extent.first), day_text(extent.last),
                      number_text(extent.top, 0)));
  draw_axes(svg, frame, extent, ticks);
  draw_forecast(svg, frame, panel.tested, "band-tested", "line-tested");
  draw_forecast(svg, frame, panel.forecast, "band", "line-forecast");
  std::vector<Point> sold;
  for (DayValue const& day : panel.actual) sold.push_back(frame.at(day.date, day.value));
  svg.polyline(sold, "line-actual");
  if (!panel.forecast.empty()) {
    double const border = frame.x(static_cast<double>(panel.forecast.front().date) - 0.5);
    svg.line({border, frame.top - 8}, {border, frame.bottom}, "now");
    svg.text({border - 4, frame.top}, "sold", Anchor::end, "tick");
    bool const has_room = frame.right - border > 48;
    svg.text({border + 4, frame.top}, has_room ? "forecast" : "→", Anchor::start, "tick");
  }
  return svg.finish();
}

std::string draw_sparkline(std::vector<double> const& values, std::string const& title, std::string const& style) {
  constexpr double width = 120, height = 28, edge = 3;
  Svg svg(width, height, title, "One point per week, oldest first.");
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (double const value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (!(high > low)) high = low + 1;
  Scale const x{0, std::max(1.0, static_cast<double>(values.size()) - 1), edge, width - edge};
  Scale const y{low, high, height - edge, edge};
  std::vector<Point> points;
  for (std::size_t i = 0; i < values.size(); ++i) points.push_back({x(static_cast<double>(i)), y(values[i])});
  svg.polyline(points, style);
  return svg.finish();
}

}  // namespace tidemill::drivers::report
