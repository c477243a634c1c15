#include "drivers/menu/placement.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

using Names = std::vector<std::string>;

MenuItem item(double units, double price, double cost, double labour = 0) {
  MenuItem result;
  result.units = units;
  result.price = price;
  result.cost = cost;
  result.labour = labour;
  return result;
}

std::vector<Placement> place(std::vector<MenuItem> const& items, MenuVariant variant) {
  std::vector<Placement> placements(items.size());
  place_items(items, {variant}, placements);
  return placements;
}

Names classes(std::vector<MenuItem> const& items, MenuVariant variant) {
  Names names;
  for (Placement const& placement : place(items, variant)) names.push_back(class_name(variant, placement));
  return names;
}

/// Units 120, 80, 40, 10 with margins 4, 9, 12, 3.
std::vector<MenuItem> worked_items() { return {item(120, 10, 6), item(80, 15, 6), item(40, 20, 8), item(10, 6, 3)}; }

TEST(Placement, WorkedNumbersOfKasavanaAndSmith) {
  auto const items = worked_items();
  EXPECT_EQ(classes(items, MenuVariant::kasavana_smith), (Names{"Plowhorse", "Star", "Puzzle", "Dog"}));
  Placement const first = place(items, MenuVariant::kasavana_smith)[0];
  EXPECT_DOUBLE_EQ(first.y_limit, 6.84);
  EXPECT_DOUBLE_EQ(first.x_limit, 0.175);
  EXPECT_DOUBLE_EQ(first.x, 0.48);
}

TEST(Placement, VariantsUseTheirOwnLimits) {
  auto const items = worked_items();
  EXPECT_DOUBLE_EQ(place(items, MenuVariant::unweighted_margin)[0].y_limit, 7.0);
  EXPECT_DOUBLE_EQ(place(items, MenuVariant::mean_units)[0].x_limit, 62.5);
  // Food cost shares .6, .4, .4, .5; of the menu 1550 / 3260 = .47546.
  EXPECT_EQ(classes(items, MenuVariant::miller),
            (Names{"Marginal (popular)", "Winner", "Marginal (low cost)", "Loser"}));
  // Total margins 480, 720, 480, 30; mean 427.5.
  EXPECT_EQ(classes(items, MenuVariant::pavesic), (Names{"Standard", "Prime", "Prime", "Problem"}));
  EXPECT_EQ(classes(items, MenuVariant::uman),
            (Names{"high total, low unit", "high total, high unit", "high total, high unit", "low total, low unit"}));
  EXPECT_EQ(classes(items, MenuVariant::merricks_jones), (Names{"high units, low margin", "high units, high margin",
                                                                "low units, high margin", "low units, low margin"}));
}

TEST(Placement, LabourIsTheThirdAxis) {
  std::vector<MenuItem> const items{item(100, 10, 4, 1.0), item(100, 10, 4, 3.0)};
  EXPECT_EQ(classes(items, MenuVariant::lebruto), (Names{"Star, low labour", "Star, high labour"}));
}

TEST(Placement, WorkedGoalValues) {
  EXPECT_NEAR(goal_value(.30, 500, 12, .32), 1596.0, 1e-9);
  EXPECT_NEAR(goal_value(.33, 400, 11, .32), 1031.8, 1e-9);
  std::vector<MenuItem> const items{item(500, 12, 3.6), item(300, 10, 3.6)};
  EXPECT_EQ(classes(items, MenuVariant::hayes_huffman), (Names{"Keep", "Rework"}));
}

TEST(Placement, AnItemOnTheLineIsPopular) {
  // 7 of 100 units is exactly .70 of an equal share of ten.
  std::vector<MenuItem> items{item(7, 5, 2)};
  items.push_back(item(21, 5, 2));
  for (int i = 0; i < 8; ++i) items.push_back(item(9, 5, 2));
  EXPECT_TRUE(place(items, MenuVariant::kasavana_smith)[0].good_x);
}

TEST(Placement, ItemsOutsideTheMatrixDoNotMoveItsLimits) {
  auto items = worked_items();
  MenuItem fresh = item(1000, 100, 1);
  fresh.status = MenuStatus::is_new;
  items.push_back(fresh);
  EXPECT_EQ(place(items, MenuVariant::kasavana_smith)[0].y_limit,
            place(worked_items(), MenuVariant::kasavana_smith)[0].y_limit);
}

TEST(Placement, OneItemIsAStarAndNoItemsGiveNoLimit) {
  EXPECT_EQ(classes({item(3, 5, 2)}, MenuVariant::kasavana_smith), Names{"Star"});
  MenuItem unsold = item(0, 5, 2);
  unsold.status = MenuStatus::no_sales;
  EXPECT_TRUE(std::isnan(place({unsold}, MenuVariant::kasavana_smith)[0].y_limit));
}

TEST(Placement, DoublingTheDataChangesNothing) {
  auto doubled = worked_items();
  for (MenuItem& entry : doubled) entry.units *= 2;
  for (std::string const& name : menu_variant_names()) {
    MenuVariant const variant = menu_variant_named(name);
    EXPECT_EQ(classes(doubled, variant), classes(worked_items(), variant)) << name;
  }
}

TEST(Placement, UnknownVariantNamesTheNearest) {
  try {
    menu_variant_named("kasavana");
    FAIL();
  } catch (ConfigError const& error) {
    EXPECT_NE(std::string(error.what()).find("kasavana_smith"), std::string::npos);
  }
}

}  // namespace
}  // namespace tidemill::drivers
