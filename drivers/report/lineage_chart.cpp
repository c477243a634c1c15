#include "drivers/report/lineage_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "drivers/report/svg.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

using Anchor = Svg::Anchor;
constexpr double lineage_box_height = 30;
constexpr double lineage_gap = 14;

/// Where the boxes stand: levels follow each other along the drawing, the steps of one level stand across.
struct LineageLayout {
  bool is_downwards = false;
  double box_width = 0, height = 0;
  std::vector<Point> corners;
};

LineageLayout layout_of_steps(LineageGraph const& graph, double width) {
  int last_level = 0;
  for (LineageStep const& step : graph.steps) last_level = std::max(last_level, step.level);
  std::vector<int> in_level(static_cast<std::size_t>(last_level) + 1);
  for (LineageStep const& step : graph.steps) ++in_level[static_cast<std::size_t>(step.level)];
  int const widest = *std::max_element(in_level.begin(), in_level.end());
  LineageLayout layout;
  layout.is_downwards = width < 500;
  int const columns = layout.is_downwards ? widest : last_level + 1;
  int const rows = layout.is_downwards ? last_level + 1 : widest;
  double const row_gap = layout.is_downwards ? 2 * lineage_gap : lineage_gap;
  double const column_gap = layout.is_downwards ? lineage_gap / 2 : 3 * lineage_gap;
  layout.box_width = (width - column_gap * (columns - 1) - 2) / columns;
  layout.height = rows * lineage_box_height + (rows - 1) * row_gap + 2;
  std::vector<int> placed(in_level.size());
  for (LineageStep const& step : graph.steps) {
    auto const level = static_cast<std::size_t>(step.level);
    int const across = placed[level]++;
    // Levels with fewer steps stand in the middle.
    double const shift = (widest - in_level[level]) / 2.0;
    double const column = layout.is_downwards ? across + shift : step.level;
    double const row = layout.is_downwards ? step.level : across + shift;
    layout.corners.push_back({1 + column * (layout.box_width + column_gap), 1 + row * (lineage_box_height + row_gap)});
  }
  return layout;
}

Point exit_of(LineageLayout const& layout, Point corner) {
  return layout.is_downwards ? Point{corner.x + layout.box_width / 2, corner.y + lineage_box_height}
                             : Point{corner.x + layout.box_width, corner.y + lineage_box_height / 2};
}
Point entrance_of(LineageLayout const& layout, Point corner) {
  return layout.is_downwards ? Point{corner.x + layout.box_width / 2, corner.y}
                             : Point{corner.x, corner.y + lineage_box_height / 2};
}

std::string description_of(LineageGraph const& graph) {
  std::string text;
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    std::string from;
    for (int const parent : graph.parents_of(static_cast<int>(s))) {
      from += (from.empty() ? "" : ", ") + graph.steps[static_cast<std::size_t>(parent)].name;
    }
    text += fmt::format("{} from {}. ", graph.steps[s].name, from.empty() ? "outside" : from);
  }
  return text;
}

}  // namespace

std::string draw_lineage(LineageGraph const& graph, double width) {
  if (graph.steps.empty()) return "";
  LineageLayout const layout = layout_of_steps(graph, width);
  Svg svg(width, layout.height, "Which step read what which step made", description_of(graph));
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    for (int const parent : graph.parents_of(static_cast<int>(s))) {
      svg.line(exit_of(layout, layout.corners[static_cast<std::size_t>(parent)]),
               entrance_of(layout, layout.corners[s]), "axis");
    }
  }
  constexpr double letter = 6.2;
  auto const room = static_cast<std::size_t>(std::max(3.0, (layout.box_width - 6) / letter));
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    LineageStep const& step = graph.steps[s];
    Point const corner = layout.corners[s];
    svg.rectangle(corner, layout.box_width, lineage_box_height, "box",
                  fmt::format("{}: key {}", step.title, step.key.substr(0, 16)));
    svg.text({corner.x + layout.box_width / 2, corner.y + lineage_box_height / 2 + 4}, shortened(step.name, room),
             Anchor::middle, "point-label");
  }
  return svg.finish();
}

}  // namespace tidemill::drivers::report
