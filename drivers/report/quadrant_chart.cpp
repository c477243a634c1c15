#include "drivers/report/quadrant_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/report/labels.hpp"
#include "drivers/report/scale.hpp"
#include "drivers/report/svg.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

using Anchor = Svg::Anchor;
constexpr double label_font = 11;
constexpr double radius = 5;

void draw_mark(Svg& svg, Point at, std::string const& menu_class, std::string const& hint) {
  double const r = radius;
  if (menu_class == "Star") return svg.circle(at, r, "mark star", hint);
  if (menu_class == "Plowhorse") return svg.rectangle({at.x - r, at.y - r}, 2 * r, 2 * r, "mark plowhorse", hint);
  if (menu_class == "Puzzle") {
    return svg.polygon({{at.x, at.y - r - 1}, {at.x + r + 1, at.y + r}, {at.x - r - 1, at.y + r}}, "mark puzzle", hint);
  }
  svg.polygon({{at.x, at.y - r - 1}, {at.x + r + 1, at.y}, {at.x, at.y + r + 1}, {at.x - r - 1, at.y}}, "mark dog",
              hint);
}

bool is_drawn(MenuItem const& item) { return std::isfinite(item.popularity) && std::isfinite(item.margin_excess); }

struct Area {
  double left, right, top, bottom;
  Scale x, y;
};

/// The borders (1 and 0) are always inside, with some room on either side of them.
Area area_of(std::vector<MenuItem> const& items, ChartSize size) {
  double x_high = 1.6, y_low = -100, y_high = 100;
  for (MenuItem const& item : items) {
    x_high = std::max(x_high, item.popularity * 1.06);
    y_low = std::min(y_low, item.margin_excess * 1.08);
    y_high = std::max(y_high, item.margin_excess * 1.08);
  }
  double const left = 52, right = size.width - 8, top = 26, bottom = size.height - 40;
  return {left, right, top, bottom, {0, x_high, left, right}, {y_low, y_high, bottom, top}};
}

void draw_frame(Svg& svg, Area const& area, std::string const& currency) {
  Point const centre{area.x(1), area.y(0)};
  svg.rectangle({area.left, area.top}, centre.x - area.left, centre.y - area.top, "quadrant puzzle");
  svg.rectangle({centre.x, area.top}, area.right - centre.x, centre.y - area.top, "quadrant star");
  svg.rectangle({area.left, centre.y}, centre.x - area.left, area.bottom - centre.y, "quadrant dog");
  svg.rectangle({centre.x, centre.y}, area.right - centre.x, area.bottom - centre.y, "quadrant plowhorse");
  for (double const tick : nice_ticks(0, area.x.high, area.right - area.left < 400 ? 3 : 6)) {
    if (tick > area.x.high) continue;
    svg.text({area.x(tick), area.bottom + 15}, number_text(tick * 100, 0) + "\u00a0%", Anchor::middle, "tick");
  }
  for (double const tick : nice_ticks(area.y.low, area.y.high, 6)) {
    if (tick < area.y.low || tick > area.y.high) continue;
    svg.text({area.left - 6, area.y(tick) + 4},
             (tick > 0 ? "+" : "") + price_text(static_cast<std::int64_t>(std::llround(tick)), currency), Anchor::end,
             "tick");
  }
  svg.line({centre.x, area.top}, {centre.x, area.bottom}, "border");
  svg.line({area.left, centre.y}, {area.right, centre.y}, "border");
  svg.text({0, 13}, "↑ margin per unit, against the average of the category", Anchor::start, "axis-title");
  svg.text({(area.left + area.right) / 2, area.bottom + 32}, "popularity (100 % = the threshold) →", Anchor::middle,
           "axis-title");
}

/// Names of the quadrants in their outer corners; returned as obstacles for the labels.
std::vector<Box> draw_corner_names(Svg& svg, Area const& area) {
  struct Corner {
    char const* name;
    bool right, low;
  };
  std::vector<Box> boxes;
  for (Corner const& corner : {Corner{"PUZZLES", false, false}, Corner{"STARS", true, false},
                               Corner{"DOGS", false, true}, Corner{"PLOWHORSES", true, true}}) {
    double const x = corner.right ? area.right - 6 : area.left + 6;
    double const y = corner.low ? area.bottom - 7 : area.top + 15;
    double const width = text_width(corner.name, 13);
    svg.text({x, y}, corner.name, corner.right ? Anchor::end : Anchor::start, "corner");
    boxes.push_back({corner.right ? x - width : x, y - 13, corner.right ? x : x + width, y + 3});
  }
  return boxes;
}

std::string hint_of(MenuItem const& item, std::string const& currency) {
  return fmt::format("{}: {}, {} units, margin {} per unit", item.item, item.menu_class, whole_text(item.units),
                     price_text(item.margin, currency));
}

}  // namespace

std::string draw_quadrant_chart(std::vector<MenuItem> const& items, std::string const& currency, ChartSize size) {
  std::vector<MenuItem> drawn;
  std::copy_if(items.begin(), items.end(), std::back_inserter(drawn), is_drawn);
  Svg svg(size.width, size.height, "Menu matrix: popularity and margin of each item",
          fmt::format("{} items in four quadrants: stars, plowhorses, puzzles and dogs.", drawn.size()));
  Area const area = area_of(drawn, size);
  draw_frame(svg, area, currency);
  std::vector<Box> obstacles = draw_corner_names(svg, area);
  Point const centre{area.x(1), area.y(0)};
  obstacles.push_back({centre.x - 1, area.top, centre.x + 1, area.bottom});
  obstacles.push_back({area.left, centre.y - 1, area.right, centre.y + 1});
  std::vector<Point> points;
  std::vector<std::string> names;
  for (MenuItem const& item : drawn) {
    points.push_back({area.x(item.popularity), area.y(item.margin_excess)});
    names.push_back(shortened(item.item, size.width < 500 ? 14 : 26));
  }
  auto const placed =
      place_labels(points, names, label_font, radius + 1, {area.left, area.top, area.right, area.bottom}, obstacles);
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    Box const& box = placed[i].box;
    Point const middle{(box.left + box.right) / 2, (box.top + box.bottom) / 2};
    if (placed[i].has_leader) {
      svg.line(points[i], {std::clamp(points[i].x, box.left, box.right), std::clamp(points[i].y, box.top, box.bottom)},
               "leader");
    }
    draw_mark(svg, points[i], drawn[i].menu_class, hint_of(drawn[i], currency));
    if (placed[i].is_placed) svg.text({middle.x, box.bottom - 2}, names[i], Anchor::middle, "point-label");
  }
  return svg.finish();
}

std::string draw_class_mark(std::string const& menu_class) {
  Svg svg(14, 14, menu_class, "");
  draw_mark(svg, {7, 7}, menu_class, "");
  return svg.finish();
}

}  // namespace tidemill::drivers::report
