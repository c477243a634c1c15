#pragma once

#include <string>
#include <vector>

#include "drivers/report/svg.hpp"

namespace tidemill::drivers::report {

struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
  bool overlaps(Box const& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
  bool contains(Box const& other) const {
    return left <= other.left && right >= other.right && top <= other.top && bottom >= other.bottom;
  }
};

struct PlacedLabel {
  bool is_placed = false;
  Box box;                  ///< where the text stands
  bool has_leader = false;  ///< far enough from its point that a thin line should join them
};

/// Places one label beside each point so that no label covers another label, a point or an obstacle, or leaves `area`.
/// Earlier points are served first; a label that fits nowhere is left out. The same input gives the same places.
std::vector<PlacedLabel> place_labels(std::vector<Point> const& points, std::vector<std::string> const& labels,
                                      double font_size, double point_radius, Box const& area,
                                      std::vector<Box> obstacles = {});

}  // namespace tidemill::drivers::report
