#include "drivers/report/labels.hpp"

#include <algorithm>
#include <array>

namespace tidemill::drivers::report {
namespace {

struct Direction {
  double x, y;
};

/// Beside the point first, as people read; corners last.
constexpr std::array<Direction, 8> directions{{{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {1, 1}, {-1, -1}, {-1, 1}}};
constexpr std::array<double, 4> distances{3, 10, 20, 32};

Box box_beside(Point point, Direction direction, double gap, double width, double height) {
  double const x = point.x + direction.x * (gap + width / 2);
  double const y = point.y + direction.y * (gap + height / 2);
  return {x - width / 2, y - height / 2, x + width / 2, y + height / 2};
}

}  // namespace

std::vector<PlacedLabel> place_labels(std::vector<Point> const& points, std::vector<std::string> const& labels,
                                      double font_size, double point_radius, Box const& area,
                                      std::vector<Box> obstacles) {
  for (Point const& point : points) {
    obstacles.push_back(
        {point.x - point_radius, point.y - point_radius, point.x + point_radius, point.y + point_radius});
  }
  auto const is_free = [&](Box const& box) {
    return area.contains(box) &&
           std::none_of(obstacles.begin(), obstacles.end(), [&](Box const& other) { return box.overlaps(other); });
  };
  std::vector<PlacedLabel> placed(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    double const width = text_width(labels[i], font_size);
    for (double const distance : distances) {
      for (Direction const& direction : directions) {
        Box const box = box_beside(points[i], direction, point_radius + distance, width, font_size);
        if (placed[i].is_placed || !is_free(box)) continue;
        placed[i] = {true, box, distance > distances.front()};
        obstacles.push_back(box);
      }
    }
  }
  return placed;
}

}  // namespace tidemill::drivers::report
