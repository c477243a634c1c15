#include "drivers/trend/trend.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "drivers/trend/series_build.hpp"
#include "io/error.hpp"
#include "tests/support/digest_of_table.hpp"
#include "tests/support/example_tables.hpp"

namespace tidemill::drivers {
namespace {

using tests::all_numbers;
using tests::all_texts;
using tests::world;
using Names = std::vector<std::string>;

/// Items rising, falling, steady, and one sold for a week only; two places; Saturdays sell 5 more.
io::Table daily_table(io::Comm const& comm, std::int64_t days) {
  io::Table table;
  table.range = io::even_share(days * 8, comm.rank(), comm.size());
  Names location, item;
  std::vector<std::int64_t> date, open;
  std::vector<double> units;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    std::int64_t const day = row / 8, place = row % 2, number = row / 2 % 4;
    double const slope = number == 0 ? 0.05 : number == 1 ? -0.05 : 0;
    double const weekend = (day + 2) % 7 == 5 ? 5 : 0;
    location.push_back("place " + std::to_string(place));
    item.push_back(number == 3 && day >= 7 ? "" : "item " + std::to_string(number));
    date.push_back(20001 + day);
    units.push_back(30 + slope * static_cast<double>(day) + weekend + tests::draw(row, 1));
    open.push_back(day == 20 ? 0 : 1);
  }
  table.add(io::text_column(comm, "location", location));
  table.add(io::text_column(comm, "item_key", item));
  table.add(io::integer_column("business_date", date, io::ColumnType::date));
  table.add(io::real_column("units", units));
  table.add(io::integer_column("is_open", open));
  return table;
}

TEST(Trend, DirectionsAndSeasonAreFound) {
  io::Table const trends = find_trends(world(), daily_table(world(), 140), {});
  EXPECT_EQ(all_texts(world(), trends, "trend"), (Names{"rising", "falling", "steady", "too_short"}));
  std::vector<double> const slope = all_numbers(world(), trends, "slope_per_week");
  EXPECT_NEAR(slope[0], 2 * 7 * 0.05, 0.03);  // two places
  EXPECT_NEAR(slope[1], -2 * 7 * 0.05, 0.03);
  EXPECT_EQ(all_numbers(world(), trends, "filled")[0], 1);
  EXPECT_EQ(all_numbers(world(), trends, "seasonal")[2], 1);
  EXPECT_GT(all_numbers(world(), trends, "season_strength")[2], 0.9);
  EXPECT_GT(all_numbers(world(), trends, "trend_strength")[0], 0.8);
  EXPECT_LT(all_numbers(world(), trends, "trend_strength")[2], 0.5);
  EXPECT_TRUE(std::isnan(all_numbers(world(), trends, "p")[3]));
}

TEST(Trend, SlopesArePerWeekWhereAPointIsTwo) {
  TrendParams params;
  params.week = 14;
  io::Table const trends = find_trends(world(), daily_table(world(), 140), params);
  EXPECT_EQ(all_texts(world(), trends, "trend"), (Names{"rising", "falling", "steady", "too_short"}));
  EXPECT_NEAR(all_numbers(world(), trends, "slope_per_week")[0], 2 * 7 * 0.05, 0.03);
  EXPECT_NEAR(all_numbers(world(), trends, "slope_per_week")[1], -2 * 7 * 0.05, 0.03);
}

TEST(Trend, PeakIsTheWeekday) {
  // Day 3, date 20004, is the first with more sales; 1970-01-01 was a Thursday, and Monday is 0.
  std::int64_t const weekday = (20001 + 3 + 3) % 7;
  EXPECT_EQ(all_numbers(world(), find_trends(world(), daily_table(world(), 140), {}), "peak")[2],
            static_cast<double>(weekday));
}

TEST(Trend, PartsAddUp) {
  TrendParams params;
  params.by_location = true;
  io::Table const parts = decompose_series(world(), daily_table(world(), 60), params);
  std::vector<double> const units = all_numbers(world(), parts, "units"), trend = all_numbers(world(), parts, "trend"),
                            season = all_numbers(world(), parts, "season"), rest = all_numbers(world(), parts, "rest");
  EXPECT_EQ(units.size(), 2u * (3 * 60 + 7));
  for (std::size_t i = 0; i < units.size(); ++i) EXPECT_NEAR(units[i], trend[i] + season[i] + rest[i], 1e-9);
}

TEST(Trend, DiscoveryRatesOfBenjaminiAndHochberg) {
  std::vector<double> const q = discovery_rates({.01, .04, NAN, .03, .005});
  EXPECT_NEAR(q[0], .02, 1e-12);
  EXPECT_NEAR(q[1], .04, 1e-12);
  EXPECT_TRUE(std::isnan(q[2]));
  EXPECT_NEAR(q[3], .04, 1e-12);
  EXPECT_NEAR(q[4], .02, 1e-12);
}

TEST(Trend, SeasonByAutocorrelation) {
  std::vector<double> pattern, noise;
  for (std::int64_t i = 0; i < 70; ++i) {
    pattern.push_back(i % 7 == 2 ? 1 : 0);
    noise.push_back(tests::draw(i, 3));
  }
  EXPECT_TRUE(is_seasonal(pattern, 7));
  EXPECT_FALSE(is_seasonal(noise, 7));
  EXPECT_FALSE(is_seasonal(std::vector<double>(70, 2.0), 7));
  EXPECT_FALSE(is_seasonal({1, 0, 1}, 2));
}

TEST(Trend, ParametersAreChecked) {
  TrendParams params;
  params.seasonal_window = 4;
  EXPECT_THROW(find_trends(world(), daily_table(world(), 30), params), ConfigError);
}

TEST(Trend, SameForAnyNumberOfRanks) {
  for (bool const by_location : {false, true}) {
    TrendParams params;
    params.by_location = by_location;
    for (std::int64_t const days : {0, 1, 100}) {
      EXPECT_TRUE(tests::same_on_any_number_of_ranks(
          [&](io::Comm const& comm) { return find_trends(comm, daily_table(comm, days), params); }));
    }
  }
}

}  // namespace
}  // namespace tidemill::drivers
