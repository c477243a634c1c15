#include "drivers/forecast/baselines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "drivers/forecast/conformal.hpp"
#include "drivers/forecast/judged_rows.hpp"
#include "drivers/metrics/regression.hpp"
#include "io/error.hpp"
#include "kernels/random/philox.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::world;

TEST(Baselines, UseThePastOnly) {
  std::vector<std::int64_t> const time{1, 2, 4, 5, 8, 11};
  std::vector<double> const units{10, 20, 40, std::nan(""), 80, 110};
  SeriesPast const past{time, units};
  EXPECT_EQ(baseline_forecast("last_value", past, 11, 1, 3), 110);
  EXPECT_EQ(baseline_forecast("seasonal_naive", past, 11, 2, 3), 40);                  // 13: 10, 7 absent, 4
  EXPECT_EQ(baseline_forecast("season_mean", past, 11, 2, 3), 25);                     // 4 and 1
  EXPECT_EQ(baseline_forecast("season_mean", past, 11, 3, 3), (110 + 80 + 20) / 3.0);  // 14: 11, 8, 5 unknown, 2
  EXPECT_EQ(baseline_forecast("seasonal_naive", past, 11, 1, 3), 110);                 // phase never seen: newest
  EXPECT_EQ(baseline_forecast("seasonal_naive", past, 11, 6, 3), 110);                 // 17: 14 has not come yet, 11
  EXPECT_EQ(baseline_forecast("season_mean", {}, 11, 1, 3), 0);
  EXPECT_THROW(baseline_forecast("guess", past, 11, 1, 3), ConfigError);
}

/// The worked series of the domain definitions, judged as one series.
TEST(JudgedRows, GiveTheWorkedNumbers) {
  std::vector<double> const train{10, 12, 9, 11, 13, 20, 22, 11, 12, 10, 12, 14, 21, 23};
  JudgedRows rows;
  rows.model = "worked";
  std::vector<double> const actual{12, 11, 10}, forecast{11, 12, 12};
  std::vector<std::vector<SeriesScale>> scales{{}};
  if (world().is_root()) {
    scales[0] = {{mase_scale(train, 7), rmsse_scale(train), 200}};
    for (std::size_t i = 0; i < 3; ++i) {
      rows.row.push_back(static_cast<std::int64_t>(i));
      rows.series.push_back(0);
      rows.origin.push_back(0);
      rows.horizon.push_back(static_cast<std::int64_t>(i) + 1);
      rows.actual.push_back(actual[i]);
      rows.forecast.push_back(forecast[i]);
      rows.lower.push_back(i == 2 ? 10.5 : 10);
      rows.upper.push_back(13);
    }
  }
  io::Table const table = judge(world(), {rows}, scales, 3, 0.8);
  ASSERT_EQ(table.range.total, 4);
  if (!world().is_root()) return;
  auto const at = [&](char const* name) { return table.at(name).number(0); };
  EXPECT_NEAR(at("rmse"), 1.414214, 5e-7);
  EXPECT_NEAR(at("rmsle"), .116506, 5e-7);
  EXPECT_NEAR(at("wape"), .121212, 5e-7);
  EXPECT_NEAR(at("mase"), 1.555556, 5e-7);
  EXPECT_NEAR(at("mase_weighted"), 1.555556, 5e-7);
  EXPECT_NEAR(at("rmsse"), .315621, 5e-7);
  EXPECT_NEAR(at("bias"), -.060606, 5e-7);
  EXPECT_NEAR(at("coverage"), 2.0 / 3, 1e-12);
  EXPECT_NEAR(table.at("mae").number(3), 2, 1e-12);  // horizon 3 alone
}

TEST(Conformal, QuantileIsExact) {
  std::vector<double> mine;
  std::vector<double> all;
  for (int i = 0; i < 501; ++i) {
    auto const random = kernels::Philox::block(4, static_cast<std::uint64_t>(i), 0, 0);
    double const value = (kernels::Philox::uniform(random.word[0]) - 0.5) * (i % 3 == 0 ? 1e-9 : 1e6);
    all.push_back(value);
    if (i % world().size() == world().rank()) mine.push_back(value);
  }
  std::ranges::sort(all);
  for (std::int64_t const k : {0, 1, 250, 499, 500}) {
    EXPECT_EQ(kth_smallest(world(), mine, k), all[static_cast<std::size_t>(k)]);
  }
}

TEST(Conformal, WidensToTheCoverageAskedFor) {
  std::vector<double> actual, low, high;
  if (world().is_root()) {
    for (int i = 0; i < 9; ++i) {
      actual.push_back(i);
      low.push_back(0);
      high.push_back(1);
    }
  }
  // Distances to [0, 1]: 0 0 1 2 3 4 5 6 7; rank ceil(.8 * 10) = 8 of 9
  EXPECT_EQ(conformal_widening(world(), actual, low, high, 0.8), 6);
  EXPECT_EQ(conformal_widening(world(), {}, {}, {}, 0.8), 0);
}

}  // namespace
}  // namespace tidemill::drivers
