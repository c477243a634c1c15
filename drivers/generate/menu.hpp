#pragma once

#include <span>
#include <string_view>

namespace tidemill::drivers {

/// Invented menu of the demo chain. Six regular dishes per category: three sell well and three do not, and of each some
/// earn more per unit than the category does, so that all four classes of the menu matrix occur far from its borders.
struct Dish {
  std::string_view name;
  int price;     ///< cents
  int cost;      ///< cents
  double share;  ///< of the category's units
};

struct MenuCategory {
  std::string_view name;
  double units;
  double elasticity;
  double weekend;
  double season;
  int peak_day;
  Dish dishes[6];
};

/// In the order in which sizes take them: the first two for small, six for medium, all eight for large.
std::span<MenuCategory const> menu_categories();

}  // namespace tidemill::drivers
