#include "drivers/pricing/price_advice.hpp"

#include <gtest/gtest.h>

#include "drivers/pricing/elasticity.hpp"
#include "drivers/pricing/price_item.hpp"
#include "tests/drivers/pricing/pricing_fixture.hpp"
#include "tests/support/digest_of_table.hpp"

namespace tidemill::drivers {
namespace {

using tests::all_numbers;
using tests::all_texts;
using tests::KnownDemand;
using tests::world;
using Names = std::vector<std::string>;

PriceParams free_prices() {
  PriceParams params;
  params.max_change = 1;
  params.max_basket_change = INFINITY;
  params.beyond_observed = 10;
  params.price_step = 0.01;
  params.resamples = 20;
  return params;
}

/// The elasticity is exactly -2.5 and the cost 4.00.
KnownDemand known_demand() {
  KnownDemand demand;
  demand.items = {{"a", "mains", -2.5}};
  demand.noise = 0;
  return demand;
}

struct Advised {
  io::Table daily;
  PriceAdvice advice;
};

Advised advise(io::Comm const& comm, KnownDemand const& demand, PriceParams const& params,
               DemandModel const& model = {}) {
  io::Table daily = demand.table(comm);
  ElasticityParams elasticity;
  elasticity.month_control = elasticity.trend_control = false;
  Elasticities const known = estimate_elasticities(comm, daily, elasticity);
  PriceAdvice advice = advise_prices(comm, daily, known.items, params, model);
  return {std::move(daily), std::move(advice)};
}

double price_of(io::Table const& items, std::string const& name, std::size_t row = 0) {
  return all_numbers(world(), items, name)[row] / 100;
}

TEST(PriceAdvice, ConstantElasticityOptimumIsFound) {
  // p* = c e / (1 + e) = 6.666667.
  io::Table const items = advise(world(), known_demand(), free_prices()).advice.items;
  EXPECT_NEAR(price_of(items, "advised_price"), 6.67, 1e-9);
  EXPECT_NEAR(price_of(items, "unconstrained_price"), 6.67, 1e-9);
  EXPECT_EQ(all_texts(world(), items, "binding")[0], "none");
  EXPECT_EQ(all_texts(world(), items, "status")[0], "CHANGE");
}

TEST(PriceAdvice, LinearDemandOptimumIsFound) {
  // q = 100 - 8 p: p* = (100 / 8 + 4) / 2 = 8.25.
  DemandModel const linear = [](std::span<DemandQuestion const> questions, std::span<double> units) {
    for (std::size_t i = 0; i < units.size(); ++i) units[i] = std::max(0.0, 100 - 8 * questions[i].price);
  };
  io::Table const items = advise(world(), known_demand(), free_prices(), linear).advice.items;
  EXPECT_NEAR(price_of(items, "advised_price"), 8.25, 1e-9);
}

TEST(PriceAdvice, TheConstraintThatBindsIsNamed) {
  auto const binding = [](PriceParams const& params) {
    io::Table const items = advise(world(), known_demand(), params).advice.items;
    return std::pair(all_texts(world(), items, "binding")[0], price_of(items, "advised_price"));
  };
  // The last price is 11.00; the optimum 6.67 is far below.
  PriceParams params = free_prices();
  params.max_change = 0.10;
  EXPECT_EQ(binding(params), std::pair(std::string("max_change"), 9.90));
  params = free_prices();
  params.beyond_observed = 0.05;  // lowest observed 9.00
  EXPECT_EQ(binding(params), std::pair(std::string("observed_range"), 8.55));
  params = free_prices();
  params.price_endings = {95};
  EXPECT_EQ(binding(params), std::pair(std::string("price_ending"), 6.95));
  params = free_prices();
  params.min_margin_share = 0.5;
  EXPECT_EQ(binding(params), std::pair(std::string("min_margin"), 8.00));
  params = free_prices();
  params.lowest_price = 7.5;
  EXPECT_EQ(binding(params), std::pair(std::string("bounds"), 7.50));
  params = free_prices();
  params.max_basket_change = 0.02;
  EXPECT_EQ(binding(params), std::pair(std::string("basket_change"), 10.78));
}

TEST(PriceAdvice, LadderKeepsSmallBelowLarge) {
  KnownDemand demand = known_demand();
  demand.items = {{"large", "mains", -2.5}, {"small", "mains", -2.5}};
  demand.items[1].cost = 480;  // alone it would stand at 8.00, above the large one
  demand.items[1].prices = {800, 900, 1000};
  PriceParams params = free_prices();
  params.ladders = {{{"small", "large"}}};
  io::Table const items = advise(world(), demand, params).advice.items;
  EXPECT_LE(price_of(items, "advised_price", 1), price_of(items, "advised_price", 0));
  EXPECT_EQ(all_texts(world(), items, "binding")[0], "size_ladder");
}

TEST(PriceAdvice, UnknownElasticityOrCostKeepsThePrice) {
  KnownDemand demand = known_demand();
  demand.items = {{"constant", "m"}, {"free", "m"}, {"known", "m", -2.5}};
  demand.items[0].prices = {1000};
  demand.items[1].cost = io::missing_integer;
  io::Table const items = advise(world(), demand, free_prices()).advice.items;
  Names const status = all_texts(world(), items, "status");
  EXPECT_EQ((Names{status.begin(), status.begin() + 3}), (Names{"NOT_IDENTIFIED", "NO_COST", "CHANGE"}));
  EXPECT_EQ(price_of(items, "advised_price", 0), 10.0);
  EXPECT_EQ(price_of(items, "advised_price", 1), price_of(items, "current_price", 1));
  EXPECT_TRUE(std::isnan(all_numbers(world(), items, "current_profit")[1]));
}

TEST(PriceAdvice, CurvesHoldTheCurrentAndTheAdvisedPrice) {
  Advised const result = advise(world(), known_demand(), free_prices());
  io::Table const& curves = result.advice.curves;
  double current = 0, advised = 0;
  for (double const v : all_numbers(world(), curves, "is_current")) current += v;
  for (double const v : all_numbers(world(), curves, "is_advised")) advised += v;
  EXPECT_EQ(current, 2);  // two places
  EXPECT_EQ(advised, 2);
  std::vector<double> const lower = all_numbers(world(), curves, "profit_lower");
  std::vector<double> const upper = all_numbers(world(), curves, "profit_upper");
  for (std::size_t i = 0; i < lower.size(); ++i) EXPECT_LE(lower[i], upper[i]);
}

TEST(PriceAdvice, SameForAnyNumberOfRanks) {
  KnownDemand demand = known_demand();
  demand.items = {{"a", "mains"}, {"b", "mains", -3.0}, {"c", "sides", -1.2}};
  demand.places = 5;
  demand.noise = 0.1;
  PriceParams params;
  params.ladders = {{{"a", "b"}}};
  EXPECT_TRUE(tests::same_on_any_number_of_ranks(
      [&](io::Comm const& comm) { return advise(comm, demand, params).advice.items; }));
  EXPECT_TRUE(tests::same_on_any_number_of_ranks(
      [&](io::Comm const& comm) { return advise(comm, demand, params).advice.curves; }));
  demand.days = 0;
  EXPECT_TRUE(tests::same_on_any_number_of_ranks(
      [&](io::Comm const& comm) { return advise(comm, demand, params).advice.items; }));
}

}  // namespace
}  // namespace tidemill::drivers
