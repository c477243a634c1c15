#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/random/philox.hpp"
#include "kernels/trend/mann_kendall.hpp"
#include "kernels/trend/select.hpp"
#include "kernels/trend/stl.hpp"
#include "tests/support/device_array.hpp"

namespace tidemill::kernels {
namespace {

using tests::to_device;

using Series = std::vector<std::vector<double>>;

SeriesBatch batch_of(Series const& series) {
  std::vector<std::int64_t> first{0};
  std::vector<double> values;
  for (auto const& one : series) {
    values.insert(values.end(), one.begin(), one.end());
    first.push_back(static_cast<std::int64_t>(values.size()));
  }
  return {to_device(first), to_device(values)};
}

std::vector<double> to_host(Array<double> const& values) {
  std::vector<double> result(values.extent(0));
  Kokkos::deep_copy(Kokkos::View<double*, Kokkos::HostSpace>(result.data(), result.size()), values);
  return result;
}

double noise(std::int64_t i) {
  auto const block = Philox::block(5, static_cast<std::uint64_t>(i), 0, 0);
  return Philox::uniform(block.word[0], block.word[1]) - 0.5;
}

struct Tested {
  std::vector<double> s, variance, slope, factor;
};

Tested test(Series const& series) {
  SeriesBatch const batch = batch_of(series);
  std::vector<double> time;
  for (auto const& one : series) {
    for (std::size_t i = 0; i < one.size(); ++i) time.push_back(static_cast<double>(i));
  }
  TrendTests const tests{Array<std::int64_t>("s", series.size()), Array<double>("v", series.size()),
                         Array<double>("b", series.size()), Array<double>("f", series.size())};
  test_trends(Exec(), batch, to_device(time), tests);
  std::vector<std::int64_t> s(series.size());
  Kokkos::deep_copy(Kokkos::View<std::int64_t*, Kokkos::HostSpace>(s.data(), s.size()), tests.s);
  return {{s.begin(), s.end()}, to_host(tests.variance), to_host(tests.slope), to_host(tests.variance_factor)};
}

TEST(MannKendall, WorkedNumbers) {
  Tested const found = test({{5, 6, 6, 8, 7, 9, 10}});
  EXPECT_EQ(found.s[0], 18);
  EXPECT_NEAR(found.variance[0], 43.333333, 1e-6);
  EXPECT_NEAR((found.s[0] - 1) / std::sqrt(found.variance[0]), 2.582485, 1e-6);
  EXPECT_NEAR(found.slope[0], 0.8, 1e-12);
}

TEST(MannKendall, ShortAndConstantSeries) {
  Tested const found = test({{}, {3}, {2, 2, 2, 2, 2}, {1, 2}});
  EXPECT_EQ(found.s, (std::vector<double>{0, 0, 0, 1}));
  EXPECT_TRUE(std::isnan(found.slope[0]) && std::isnan(found.slope[1]));
  EXPECT_EQ(found.slope[2], 0);
  EXPECT_EQ(found.variance[2], 0);
  EXPECT_EQ(found.factor[2], 1);
}

TEST(MannKendall, NeighboursDoNotMatterAndMirrorsTurnTheSign) {
  Series series(3);
  for (std::int64_t i = 0; i < 101; ++i) {
    series[0].push_back(noise(i) + 0.01 * static_cast<double>(i));
    series[1].push_back(-series[0].back());
    series[2].push_back(std::floor(10 * noise(1000 + i)));
  }
  Tested const together = test(series);
  EXPECT_EQ(together.s[0], -together.s[1]);
  EXPECT_EQ(together.slope[0], -together.slope[1]);
  Tested const alone = test({series[2]});
  EXPECT_EQ(together.s[2], alone.s[0]);
  EXPECT_EQ(together.slope[2], alone.slope[0]);
  EXPECT_EQ(together.factor[2], alone.factor[0]);
}

TEST(MannKendall, PositiveCorrelationWidensTheVariance) {
  std::vector<double> walk;
  double value = 0;
  for (std::int64_t i = 0; i < 120; ++i) walk.push_back(value = 0.8 * value + noise(i));
  EXPECT_GT(test({walk}).factor[0], 1.5);
}

TEST(Select, EqualsSorting) {
  for (std::int64_t const n : {1, 2, 3, 31, 32, 33, 1000}) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < n; ++i) values.push_back(std::floor(20 * noise(i)));
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    for (std::int64_t const rank : {std::int64_t{0}, n / 2, n - 1}) {
      std::vector<double> copy = values;
      EXPECT_EQ(select_rank(copy.data(), n, rank), sorted[static_cast<std::size_t>(rank)]);
    }
  }
}

struct Parts {
  std::vector<double> trend, season;
};

Parts split(Series const& series, StlParams const& params) {
  SeriesBatch const batch = batch_of(series);
  StlParts const parts{Array<double>("t", batch.value.extent(0)), Array<double>("s", batch.value.extent(0))};
  decompose(Exec(), batch, params, parts);
  return {to_host(parts.trend), to_host(parts.season)};
}

TEST(Stl, AdvisedWindows) {
  StlParams const params = advised_stl(7, 7, false);
  EXPECT_EQ(params.trend, 15);
  EXPECT_EQ(params.low_pass, 7);
  EXPECT_EQ(advised_stl(12, 7, true).low_pass, 13);
  EXPECT_EQ(advised_stl(12, 7, true).outer, 15);
}

TEST(Stl, LineAndPatternAreTakenApart) {
  std::vector<double> y;
  double const pattern[7] = {-3, -1, 0, 1, 2, 4, -3};
  for (int i = 0; i < 140; ++i) y.push_back(10 + 0.1 * i + pattern[i % 7]);
  for (bool const robust : {false, true}) {
    Parts const parts = split({y}, advised_stl(7, 7, robust));
    for (std::size_t i = 0; i < y.size(); ++i) {
      EXPECT_NEAR(parts.trend[i], 10 + 0.1 * static_cast<double>(i), 1e-2) << robust << " " << i;
      EXPECT_NEAR(parts.season[i], pattern[i % 7], 1e-2) << robust << " " << i;
    }
  }
}

TEST(Stl, OutlierMovesTheRobustTrendLess) {
  std::vector<double> y;
  for (std::int64_t i = 0; i < 140; ++i) y.push_back(20 + (i % 7 == 5 ? 5 : 0) + noise(i));
  y[70] += 100;
  double const plain = split({y}, advised_stl(7, 7, false)).trend[70];
  double const robust = split({y}, advised_stl(7, 7, true)).trend[70];
  EXPECT_LT(std::abs(robust - 20.7), 0.25 * std::abs(plain - 20.7));
}

TEST(Stl, ShortSeriesHaveNoSeasonAndBatchesDoNotMatter) {
  Series series{{1, 2, 3, 4, 5}, {}, {}};
  for (std::int64_t i = 0; i < 50; ++i) series[2].push_back(noise(i));
  Parts const together = split(series, advised_stl(7, 7, true));
  EXPECT_EQ(together.trend[0], 3);
  EXPECT_EQ(together.season[4], 0);
  Parts const alone = split({series[2]}, advised_stl(7, 7, true));
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(together.trend[5 + i], alone.trend[i]);
}

}  // namespace
}  // namespace tidemill::kernels
