#include "drivers/promotion/promotion.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "drivers/promotion/strategy.hpp"
#include "io/error.hpp"
#include "tests/support/digest_of_table.hpp"
#include "tests/support/example_tables.hpp"

namespace tidemill::drivers {
namespace {

using tests::all_numbers;
using tests::all_texts;
using tests::world;
using Names = std::vector<std::string>;

TEST(PromotionLedger, WorkedNumbers) {
  PromotionLedger ledger{7 * 32, 7 * 20, 8, 10, 4, 60, 0, 100};
  EXPECT_NEAR(ledger.incremental_margin(), -4, 1e-12);
  EXPECT_NEAR(ledger.roi(), -1.04, 1e-12);
  ledger.promotion_price = 9;
  EXPECT_NEAR(ledger.incremental_margin(), 220, 1e-12);
  EXPECT_NEAR(ledger.roi(), 1.2, 1e-12);
  ledger.fixed_cost = 0;
  EXPECT_TRUE(std::isnan(ledger.roi()));
}

struct Sold {
  double units = 0;
  bool is_promoted = false;
};
/// (place, item, day) -> what was sold.
using Sales = std::function<Sold(std::int64_t, std::int64_t, std::int64_t)>;

/// Items a, b, ... at two places, at 10 (8 on promotion) and a cost of 4; the last is a drink, the others are mains.
io::Table days_with_promotions(io::Comm const& comm, std::int64_t days, std::int64_t items, Sales const& sales) {
  io::Table table;
  table.range = io::even_share(days * 2 * items, comm.rank(), comm.size());
  Names location, item, category;
  std::vector<std::int64_t> date, price, cost, promotion;
  std::vector<double> units, depth;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    std::int64_t const day = row / (2 * items), place = row % 2, number = row / 2 % items;
    Sold const sold = sales(place, number, day);
    location.push_back("place " + std::to_string(place));
    item.push_back(std::string(1, static_cast<char>('a' + number)));
    category.push_back(number + 1 < items ? "mains" : "drinks");
    date.push_back(20000 + day);
    units.push_back(sold.units);
    price.push_back(1000);
    cost.push_back(400);
    promotion.push_back(sold.is_promoted ? 1 : 0);
    depth.push_back(sold.is_promoted ? 0.2 : 0.0);
  }
  table.add(io::text_column(comm, "location", location));
  table.add(io::text_column(comm, "item_key", item));
  table.add(io::text_column(comm, "category", category));
  table.add(io::integer_column("business_date", date, io::ColumnType::date));
  table.add(io::real_column("units", units));
  table.add(io::integer_column("unit_price", price, io::ColumnType::cents));
  table.add(io::integer_column("unit_cost", cost, io::ColumnType::cents));
  table.add(io::integer_column("promotion", promotion));
  table.add(io::real_column("discount_depth", depth));
  return table;
}

/// Item a sells 20 a day, 32 in the week of its promotion (20 % off), 17 in the week after; b, of its category, 30 and
/// 25 in that week; c, of another, 10 and 12.
io::Table days_with_promotions(io::Comm const& comm, std::int64_t days = 84) {
  return days_with_promotions(comm, days, 3, [](std::int64_t place, std::int64_t item, std::int64_t day) {
    double const usual[3] = {20, 30, 10}, during[3] = {32, 25, 12};
    bool const is_on = place == 0 && day >= 35 && day < 42, is_after = place == 0 && day >= 42 && day < 49;
    return Sold{is_on ? during[item] : is_after && item == 0 ? 17 : usual[item], is_on && item == 0};
  });
}

io::Table pairs_table(io::Comm const& comm) {
  io::Table pairs;
  std::vector<std::string> item, other;
  std::vector<double> lift;
  pairs.range = io::even_share(1, comm.rank(), comm.size());
  if (pairs.range.count > 0) {
    item = {"a"};
    other = {"c"};
    lift = {2};
  }
  pairs.add(io::text_column(comm, "item", item));
  pairs.add(io::text_column(comm, "other", other));
  pairs.add(io::real_column("lift", lift));
  return pairs;
}

TEST(Promotions, WindowIsMeasuredAgainstLikeDays) {
  PromotionParams params;
  params.fixed_cost = 100;
  io::Table const effects = measure_promotions(world(), days_with_promotions(world()), pairs_table(world()), params).windows;
  ASSERT_EQ(effects.range.total, 1);
  auto const value = [&](char const* name) { return all_numbers(world(), effects, name)[0]; };
  EXPECT_EQ(value("days"), 7);
  EXPECT_EQ(value("units"), 224);
  EXPECT_EQ(value("baseline_units"), 140);
  EXPECT_EQ(value("dip_units"), -21);
  EXPECT_EQ(value("incremental_units"), 63);
  EXPECT_NEAR(value("promotion_price"), 8, 1e-12);
  EXPECT_EQ(value("regular_price"), 10);
  EXPECT_EQ(value("cannibalised_units"), 35);
  EXPECT_EQ(value("cannibalised_margin"), 210);
  EXPECT_EQ(value("halo_units"), 14);
  EXPECT_EQ(value("halo_margin"), 84);
  // 224 x 4 - 140 x 6 - 210 + 84
  EXPECT_NEAR(value("incremental_margin"), -70, 1e-9);
  EXPECT_NEAR(value("roi"), -1.7, 1e-9);
  EXPECT_EQ(value("dip_margin"), -126);
}

/// Item a is promoted; each of b .. g loses 1 of its 20 a day, less than the 2 by which every item swings each week.
io::Table spread_loss(io::Comm const& comm, bool is_in_phase) {
  return days_with_promotions(comm, 84, 8, [=](std::int64_t place, std::int64_t item, std::int64_t day) {
    bool const is_on = place == 0 && day >= 35 && day < 42;
    if (item == 0 || item == 7) return Sold{20, is_on && item == 0};
    bool const is_up = (day / 7 + (is_in_phase ? 0 : item)) % 2 == 0;
    return Sold{is_on ? 19.0 : is_up ? 22.0 : 18.0, false};
  });
}

TEST(Promotions, LossSpreadOverTheCategoryCounts) {
  for (bool const is_in_phase : {false, true}) {
    io::Table const effects = measure_promotions(world(), spread_loss(world(), is_in_phase), {}, {}).windows;
    ASSERT_EQ(effects.range.total, 1);
    EXPECT_NEAR(all_numbers(world(), effects, "cannibalised_units")[0], 6 * 7, 1e-9);
    EXPECT_NEAR(all_numbers(world(), effects, "cannibalised_margin")[0], 6 * 7 * 6, 1e-9);
    // A day's variance from 8 like days 2 off the mean: 8 x 4 / 7 x (1 + 1 / 8) of an item. Six that swing together
    // swing six times as far; three against three not at all.
    double const error = all_numbers(world(), effects, "cannibalised_error")[0];
    EXPECT_NEAR(error, is_in_phase ? 6 * std::sqrt(7 * 36.0 / 7) : 0, 1e-9);
  }
}

TEST(Promotions, OverlappingWindowsShareTheLoss) {
  // a and b are promoted in the same week and sell 28 a day; c loses 10 of 40, a quarter; b, too, is taken to lose one.
  io::Table const daily = days_with_promotions(world(), 84, 4, [](std::int64_t place, std::int64_t item, std::int64_t day) {
    bool const is_on = place == 0 && day >= 35 && day < 42;
    if (item == 2) return Sold{is_on ? 30.0 : 40.0, false};
    return Sold{is_on ? 28.0 : 20.0, is_on && item < 2};
  });
  io::Table const effects = measure_promotions(world(), daily, {}, {}).windows;
  ASSERT_EQ(effects.range.total, 2);
  for (double const units : all_numbers(world(), effects, "cannibalised_units")) {
    EXPECT_NEAR(units, (70 + 7 * 28 * 0.25) / 2, 1e-9);
  }
}

TEST(Promotions, SeasonOnItsWayUpIsNoEffect) {
  // One more a day each week; the week after the promotion is its dip, so the like days after it are further away.
  io::Table const daily = days_with_promotions(world(), 84, 3, [](std::int64_t place, std::int64_t item, std::int64_t day) {
    return Sold{20.0 + static_cast<double>(day / 7), place == 0 && item == 0 && day >= 35 && day < 42};
  });
  io::Table const effects = measure_promotions(world(), daily, {}, {}).windows;
  EXPECT_NEAR(all_numbers(world(), effects, "incremental_units")[0], 0, 1e-9);
  EXPECT_NEAR(all_numbers(world(), effects, "cannibalised_units")[0], 0, 1e-9);
}

TEST(Promotions, BaselineOfAModelReplacesLikeDays) {
  Baseline const model = [](SalesPanel const& panel, std::span<double> units) {
    for (std::size_t i = 0; i < units.size(); ++i) units[i] = panel.days[i].item == 0 ? 25 : NAN;
  };
  io::Table const effects = measure_promotions(world(), days_with_promotions(world()), {}, {}, model).windows;
  EXPECT_EQ(all_numbers(world(), effects, "baseline_units")[0], 175);
  EXPECT_TRUE(std::isnan(all_numbers(world(), effects, "roi")[0]));
}

/// Item a from day 35 to 41, for 250.
io::Table plan_table(io::Comm const& comm) {
  io::Table plans;
  plans.range = io::even_share(1, comm.rank(), comm.size());
  bool const mine = plans.range.count > 0;
  auto const one = [&](std::int64_t value) {
    return mine ? std::vector<std::int64_t>{value} : std::vector<std::int64_t>{};
  };
  plans.add(io::text_column(comm, "item_key", mine ? Names{"a"} : Names{}));
  plans.add(io::integer_column("start", one(20035), io::ColumnType::date));
  plans.add(io::integer_column("end", one(20041), io::ColumnType::date));
  plans.add(io::integer_column("fixed_cost", one(25000), io::ColumnType::cents));
  return plans;
}

TEST(Promotions, FixedCostsComeFromThePlan) {
  io::Table const plans = plan_table(world());
  io::Table const effects = measure_promotions(world(), days_with_promotions(world()), {}, {}, {}, &plans).windows;
  EXPECT_EQ(all_numbers(world(), effects, "fixed_cost")[0], 250);
}

TEST(Promotions, DiscountDaysOutsideThePlanAreCountedOnly) {
  // Coupons of single guests mark the day before the window and two days of b.
  auto const daily = [](io::Comm const& comm) {
    return days_with_promotions(comm, 84, 3, [](std::int64_t place, std::int64_t item, std::int64_t day) {
      bool const is_on = item == 0 ? day >= 34 && day < 42 : item == 1 && (day == 10 || day == 60);
      return Sold{20, place == 0 && is_on};
    });
  };
  io::Table const plans = plan_table(world());
  PromotionEffects const planned = measure_promotions(world(), daily(world()), {}, {}, {}, &plans);
  ASSERT_EQ(planned.windows.range.total, 1);
  EXPECT_EQ(planned.unplanned_days, 3);
  EXPECT_EQ(all_numbers(world(), planned.windows, "first_day")[0], 20035);
  PromotionEffects const unknown = measure_promotions(world(), daily(world()), {}, {});
  EXPECT_EQ(unknown.windows.range.total, 3);
  EXPECT_EQ(unknown.unplanned_days, 0);
  EXPECT_TRUE(tests::same_on_any_number_of_ranks([&](io::Comm const& comm) {
    io::Table const plan = plan_table(comm);
    return measure_promotions(comm, daily(comm), {}, {}, {}, &plan).windows;
  }));
}

TEST(Promotions, PairsAreCountedByOrder) {
  auto const sales = [](io::Comm const& comm, std::int64_t orders) {
    io::Table table;
    table.range = io::even_share(orders * 2, comm.rank(), comm.size());
    Names order, item;
    for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
      order.push_back("o" + std::to_string(row / 2));
      item.push_back(row % 2 == 0 ? (row / 2 % 2 == 0 ? "burger" : "salad") : (row / 2 % 2 == 0 ? "cola" : "water"));
    }
    table.add(io::text_column(comm, "order_id", order));
    table.add(io::text_column(comm, "item_key", item));
    return table;
  };
  io::Table const pairs = bought_together(world(), sales(world(), 100), 30, 1.2);
  EXPECT_EQ(all_texts(world(), pairs, "item"), (Names{"burger", "cola", "salad", "water"}));
  EXPECT_EQ(all_texts(world(), pairs, "other"), (Names{"cola", "burger", "water", "salad"}));
  EXPECT_EQ(all_numbers(world(), pairs, "orders")[0], 50);
  EXPECT_EQ(all_numbers(world(), pairs, "lift")[0], 2);
  EXPECT_TRUE(tests::same_on_any_number_of_ranks(
      [&](io::Comm const& comm) { return bought_together(comm, sales(comm, 33), 1, 0); }));
}

TEST(Promotions, GiftCardsAndChoicesAreNoPartners) {
  // Each order holds pie, tea, a gift card and, with the pie, a size.
  io::Table sales;
  sales.range = io::even_share(40 * 4, world().rank(), world().size());
  Names order, item, parent;
  std::vector<std::int64_t> deferred;
  for (std::int64_t row = sales.range.first; row < sales.range.end(); ++row) {
    order.push_back("o" + std::to_string(row / 4));
    item.push_back(Names{"pie", "tea", "card", "large"}[static_cast<std::size_t>(row % 4)]);
    deferred.push_back(row % 4 == 2 ? 1 : 0);
    parent.push_back(row % 4 == 3 ? "line of the pie" : "");
  }
  sales.add(io::text_column(world(), "order_id", order));
  sales.add(io::text_column(world(), "item_key", item));
  sales.add(io::integer_column("is_deferred", deferred));
  sales.add(io::text_column(world(), "modifier_of", parent));
  EXPECT_EQ(all_texts(world(), bought_together(world(), sales, 30, 0), "item"), (Names{"pie", "tea"}));
}

TEST(Uplift, ExperimentWithKnownEffect) {
  auto const experiment = [](io::Comm const& comm, std::int64_t units) {
    io::Table table;
    table.range = io::even_share(units, comm.rank(), comm.size());
    std::vector<double> outcome, propensity, score;
    std::vector<std::int64_t> treated;
    for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
      double const sensitivity = tests::draw(row, 2);
      treated.push_back(tests::draw(row, 1) < 0.5 ? 1 : 0);
      outcome.push_back(5 + tests::draw(row, 3) + static_cast<double>(treated.back()) * 2 * sensitivity);
      propensity.push_back(0.5);
      score.push_back(sensitivity);
    }
    table.add(io::integer_column("treated", treated));
    table.add(io::real_column("outcome", outcome));
    table.add(io::real_column("propensity", propensity));
    table.add(io::real_column("score", score));
    return table;
  };
  UpliftResult const found = measure_uplift(world(), experiment(world(), 4000));
  EXPECT_NEAR(found.effect, 1.0, 4 * found.standard_error);
  EXPECT_LT(found.standard_error, 0.03);
  EXPECT_NEAR(found.transformed_effect, 1.0, 4 * found.transformed_error);
  EXPECT_GT(found.qini, 0.02);
  ASSERT_EQ(found.curve.size(), 11u);
  EXPECT_EQ(found.curve[0], 0);
  UpliftResult const alone = measure_uplift(io::Comm::self(), experiment(io::Comm::self(), 4000));
  EXPECT_EQ(alone.effect, found.effect);
  EXPECT_EQ(alone.qini, found.qini);

  io::Table wrong = experiment(world(), 10);
  if (world().is_root()) wrong.at("propensity").reals[0] = 1;
  EXPECT_THROW(measure_uplift(world(), wrong), Error);
}

TEST(Strategy, EvidenceDecides) {
  auto const strategy = [](std::string const& menu_class, auto const& change) {
    ItemEvidence e;
    e.menu_class = menu_class;
    change(e);
    return choose_strategy(e, {}).name;
  };
  auto const nothing = [](ItemEvidence&) {};
  EXPECT_EQ(strategy("Dog", nothing), "reformulate");
  EXPECT_EQ(strategy("Dog", [](ItemEvidence& e) { e.trend = "falling"; }), "remove");
  EXPECT_EQ(strategy("Puzzle", nothing), "feature");
  auto const elastic = [](ItemEvidence& e) {
    e.is_identified = true;
    e.elasticity = -2.5;
  };
  EXPECT_EQ(strategy("Puzzle", elastic), "discount");
  EXPECT_EQ(strategy("Puzzle",
                     [&](ItemEvidence& e) {
                       elastic(e);
                       e.promotions = 2;
                       e.mean_roi = -0.5;
                     }),
            "feature");
  EXPECT_EQ(strategy("Plowhorse", [](ItemEvidence& e) { e.complement = "cola"; }), "bundle");
  EXPECT_EQ(strategy("Star", nothing), "none");
  EXPECT_EQ(strategy("Star", [](ItemEvidence& e) { e.season_strength = 0.9; }), "daypart");
  EXPECT_EQ(strategy("SEASONAL_OUT", nothing), "limited_time");
  EXPECT_EQ(strategy("NO_COST", nothing), "none");
  EXPECT_EQ(strategy("", nothing), "none");
}

TEST(Strategy, ReasonNamesTheOtherItem) {
  io::Table menu;
  menu.range = io::even_share(2, world().rank(), world().size());
  Names item, name, menu_class;
  for (std::int64_t row = menu.range.first; row < menu.range.end(); ++row) {
    item.push_back(row == 0 ? "a" : "c");
    name.push_back(row == 0 ? "Apple Pie" : "Cola");
    menu_class.push_back(row == 0 ? "Puzzle" : "Star");
  }
  menu.add(io::text_column(world(), "item", item));
  menu.add(io::text_column(world(), "item_name", name));
  menu.add(io::text_column(world(), "category", Names(item.size(), "food")));
  menu.add(io::text_column(world(), "level", Names(item.size(), "chain")));
  menu.add(io::text_column(world(), "class", menu_class));
  io::Table const effects = measure_promotions(world(), days_with_promotions(world()), {}, {}).windows;
  io::Table const chosen = choose_strategies(world(), menu, {}, effects, pairs_table(world()), {});
  EXPECT_NE(all_texts(world(), chosen, "reason")[0].find("together with Cola"), std::string::npos);
}

TEST(Promotions, SameForAnyNumberOfRanks) {
  for (std::int64_t const days : {0, 84}) {
    EXPECT_TRUE(tests::same_on_any_number_of_ranks([&](io::Comm const& comm) {
      return measure_promotions(comm, days_with_promotions(comm, days), pairs_table(comm), {}).windows;
    }));
  }
  EXPECT_TRUE(tests::same_on_any_number_of_ranks(
      [&](io::Comm const& comm) { return measure_promotions(comm, spread_loss(comm, false), {}, {}).windows; }));
  EXPECT_TRUE(tests::same_on_any_number_of_ranks([&](io::Comm const& comm) {
    io::Table const effects = measure_promotions(comm, days_with_promotions(comm), pairs_table(comm), {}).windows;
    return choose_strategies(comm, {}, {}, effects, pairs_table(comm), {}, {});
  }));
}

}  // namespace
}  // namespace tidemill::drivers
