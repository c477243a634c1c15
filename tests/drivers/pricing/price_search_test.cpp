#include "drivers/pricing/price_search.hpp"

#include <gtest/gtest.h>

#include "tests/support/example_tables.hpp"

namespace tidemill::drivers {
namespace {

struct Best {
  bool found = false;
  std::int64_t profit = 0;
};

/// Tries every combination: the definition of the answer.
void try_all(std::vector<PriceGroup> const& groups, std::optional<std::int64_t> cap, std::size_t g, std::size_t k,
             std::int64_t price_before, std::int64_t weight, std::int64_t profit, Best& best) {
  if (g == groups.size()) {
    bool const is_allowed = !cap || (weight <= *cap && weight >= -*cap);
    if (is_allowed && (!best.found || profit > best.profit)) best = {true, profit};
    return;
  }
  if (k == groups[g].items.size()) return try_all(groups, cap, g + 1, 0, INT64_MIN, weight, profit, best);
  for (PriceOption const& option : groups[g].items[k]) {
    if (option.price < price_before) continue;
    try_all(groups, cap, g, k + 1, option.price, weight + option.weight, profit + option.profit, best);
  }
}

std::vector<PriceGroup> random_problem(std::int64_t number) {
  std::uint32_t column = 0;
  auto const pick = [&](std::int64_t limit) {
    return static_cast<std::int64_t>(tests::draw(number, column++) * static_cast<double>(limit));
  };
  std::vector<PriceGroup> groups(static_cast<std::size_t>(1 + pick(4)));
  for (PriceGroup& group : groups) {
    group.items.resize(static_cast<std::size_t>(1 + pick(3)));
    for (auto& options : group.items) {
      std::int64_t const count = 1 + pick(5), base = pick(6);
      std::int64_t const lean = pick(3) - 1;  // demand that likes prices up, down or neither
      for (std::int64_t o = 0; o < count; ++o) {
        options.push_back({base + o, 40 + lean * 12 * o + pick(25), (o - count / 2) * (3 + pick(6))});
      }
    }
  }
  return groups;
}

TEST(PriceSearch, EqualsTryingEverything) {
  int solved = 0, impossible = 0, held_back = 0;
  for (std::int64_t number = 0; number < 600; ++number) {
    std::vector<PriceGroup> const groups = random_problem(number);
    std::optional<std::int64_t> cap;
    if (number % 5 != 0) cap = number % 13;
    Best best, free;
    try_all(groups, cap, 0, 0, INT64_MIN, 0, 0, best);
    try_all(groups, std::nullopt, 0, 0, INT64_MIN, 0, 0, free);
    auto const choice = search_prices(groups, cap);
    ASSERT_EQ(choice.has_value(), best.found) << number;
    if (!choice) {
      ++impossible;
      continue;
    }
    std::int64_t profit = 0, weight = 0;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      std::int64_t before = INT64_MIN;
      for (std::size_t k = 0; k < groups[g].items.size(); ++k) {
        PriceOption const& option = groups[g].items[k][(*choice)[g][k]];
        EXPECT_GE(option.price, before);
        before = option.price;
        profit += option.profit;
        weight += option.weight;
      }
    }
    EXPECT_EQ(profit, best.profit) << number;
    if (cap) {
      EXPECT_LE(std::abs(weight), *cap) << number;
    }
    ++solved;
    held_back += best.profit < free.profit ? 1 : 0;
  }
  EXPECT_GT(solved, 300);
  EXPECT_GT(impossible, 5);
  EXPECT_GT(held_back, 100);
}

TEST(PriceSearch, NoGroupsAndLargeOnes) {
  EXPECT_TRUE(search_prices({}, 0)->empty());
  // 80 items of 60 prices: far beyond trying everything.
  std::vector<PriceGroup> groups(80);
  for (std::int64_t g = 0; g < 80; ++g) {
    std::vector<PriceOption> options;
    std::int64_t const units = 10 + static_cast<std::int64_t>(90 * tests::draw(g, 1));
    for (std::int64_t o = -30; o < 30; ++o) {
      double const profit = static_cast<double>(units) * (600 + 5.0 * static_cast<double>(o)) *
                            (1 - (0.0007 + 0.001 * tests::draw(g, 2)) * 5.0 * static_cast<double>(o));
      options.push_back({o, static_cast<std::int64_t>(profit * 1e4), units * o * 50000});
    }
    groups[static_cast<std::size_t>(g)].items = {options};
  }
  auto const choice = search_prices(groups, 1000000000);
  ASSERT_TRUE(choice.has_value());
  std::int64_t weight = 0;
  for (std::size_t g = 0; g < 80; ++g) weight += groups[g].items[0][(*choice)[g][0]].weight;
  EXPECT_LE(weight, 1000000000);
  EXPECT_GT(weight, 900000000);
}

}  // namespace
}  // namespace tidemill::drivers
