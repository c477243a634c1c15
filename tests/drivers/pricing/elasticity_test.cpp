#include "drivers/pricing/elasticity.hpp"

#include <gtest/gtest.h>

#include "tests/drivers/pricing/pricing_fixture.hpp"
#include "tests/support/digest_of_table.hpp"

namespace tidemill::drivers {
namespace {

using tests::all_numbers;
using tests::all_texts;
using tests::KnownDemand;
using tests::world;
using Names = std::vector<std::string>;

TEST(Elasticity, KnownDemandIsFound) {
  KnownDemand demand;
  demand.items = {{"a", "mains", -2.0}, {"b", "mains", -3.0}, {"c", "sides", -1.0}};
  io::Table const found = estimate_elasticities(world(), demand.table(world()), {}).items;
  std::vector<double> const raw = all_numbers(world(), found, "elasticity_raw");
  std::vector<double> const error = all_numbers(world(), found, "standard_error");
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(raw[i], demand.items[i].elasticity, 4 * error[i]);
    EXPECT_LT(error[i], 0.2);
  }
  EXPECT_EQ(all_texts(world(), found, "status"), (Names(3, "IDENTIFIED")));
  EXPECT_EQ(all_numbers(world(), found, "days")[0], 359);  // one place was closed for a day
  std::vector<double> const shrunk = all_numbers(world(), found, "elasticity");
  EXPECT_GE(shrunk[0], std::min(raw[0], raw[1]));
  EXPECT_EQ(shrunk[2], raw[2]);
}

TEST(Elasticity, PoissonKeepsDaysWithoutSales) {
  KnownDemand demand;
  demand.items = {{"a", "mains", -2.0}};
  demand.items[0].level = 0.0004;  // rounds to 0, .001 or .002 units
  io::Table const found = estimate_elasticities(world(), demand.table(world()), {}).items;
  EXPECT_EQ(all_texts(world(), found, "estimator")[0], "poisson");
  EXPECT_GT(all_numbers(world(), found, "zero_days")[0], 10);
  EXPECT_EQ(all_numbers(world(), found, "days")[0], 359);

  demand.items[0].level = 50;
  ElasticityParams poisson;
  poisson.fit = DemandFit::poisson;
  double const by_poisson =
      all_numbers(world(), estimate_elasticities(world(), demand.table(world()), poisson).items, "elasticity_raw")[0];
  double const by_logs =
      all_numbers(world(), estimate_elasticities(world(), demand.table(world()), {}).items, "elasticity_raw")[0];
  EXPECT_NEAR(by_poisson, by_logs, 0.05);
}

TEST(Elasticity, WhatCannotBeKnownIsSaid) {
  KnownDemand demand;
  demand.items = {{"constant", "m"}, {"narrow", "m"}, {"noise", "m"}, {"rising", "m"}, {"two", "m"}, {"unsold", "m"}};
  demand.items[0].prices = {1000};
  demand.items[1].prices = {1000, 1015, 1030};
  demand.items[2].elasticity = 0;
  demand.items[3].elasticity = 3;
  demand.items[4].prices = {900, 1100};
  demand.items[5].level = 0;
  ElasticityParams params;
  params.month_control = params.trend_control = false;
  io::Table const found = estimate_elasticities(world(), demand.table(world()), params).items;
  EXPECT_EQ(all_texts(world(), found, "status"), (Names(6, "NOT_IDENTIFIED")));
  Names const reason = all_texts(world(), found, "reason");
  EXPECT_EQ(reason[0], "1 of at least 3 prices on 14 days each");
  EXPECT_EQ(reason[1], "prices differ by 3.0 %, less than 5.0 %");
  EXPECT_NE(reason[2].find("includes 0"), std::string::npos);
  EXPECT_NE(reason[3].find("sales rise"), std::string::npos);
  EXPECT_EQ(reason[4], "2 of at least 3 prices on 14 days each");
  EXPECT_EQ(reason[5], "0 of at least 3 prices on 14 days each");
}

TEST(Elasticity, PriceThatMovesWithTheTrendIsCollinear) {
  KnownDemand demand;
  demand.items = {{"a", "m"}};
  demand.days = 90;
  io::Table table = demand.table(world());
  // The control is the logarithm of the price.
  std::vector<double> control;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    control.push_back(std::log(table.at("unit_price").number(row) / 100));
  }
  table.add(io::real_column("rival", control));
  ElasticityParams params;
  params.columns.controls = {"rival"};
  EXPECT_EQ(all_texts(world(), estimate_elasticities(world(), table, params).items, "reason")[0],
            "the price moves only together with the controls");
}

TEST(Elasticity, CrossPricesOfTheCategoryAreFound) {
  KnownDemand demand;
  demand.items = {{"a", "m"}, {"b", "m"}, {"c", "other"}};
  demand.items[1].prices = {1000, 800, 900, 1200};
  io::Table const table = demand.table(world());
  ElasticityParams params;
  params.cross_prices = true;
  Elasticities const found = estimate_elasticities(world(), table, params);
  EXPECT_EQ(all_texts(world(), found.cross, "item"), (Names{"a", "b"}));
  EXPECT_EQ(all_texts(world(), found.cross, "other"), (Names{"b", "a"}));
  EXPECT_NEAR(all_numbers(world(), found.cross, "elasticity")[0], 0,
              4 * all_numbers(world(), found.cross, "standard_error")[0]);
  EXPECT_EQ(all_texts(world(), found.items, "item"), (Names{"a", "b", "c"}));
}

TEST(Elasticity, SameForAnyNumberOfRanks) {
  KnownDemand demand;
  demand.items = {{"a", "mains"}, {"b", "mains", -3.0}, {"c", "sides", -1.0}, {"d", "", -1.5}};
  for (bool const cross : {false, true}) {
    for (std::int64_t const days : {0, 90}) {
      demand.days = days;
      ElasticityParams params;
      params.cross_prices = cross;
      params.fit = cross ? DemandFit::poisson : DemandFit::log_log;
      EXPECT_TRUE(tests::same_on_any_number_of_ranks(
          [&](io::Comm const& comm) { return estimate_elasticities(comm, demand.table(comm), params).items; }));
    }
  }
}

}  // namespace
}  // namespace tidemill::drivers
