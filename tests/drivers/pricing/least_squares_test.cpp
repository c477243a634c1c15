#include "drivers/pricing/least_squares.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "drivers/pricing/newsvendor.hpp"
#include "drivers/pricing/shrinkage.hpp"
#include "io/error.hpp"
#include "tests/support/example_tables.hpp"

namespace tidemill::drivers {
namespace {

DesignMatrix matrix(std::vector<std::vector<double>> const& columns) {
  DesignMatrix x;
  x.rows = columns[0].size();
  for (auto const& column : columns) x.values.insert(x.values.end(), column.begin(), column.end());
  return x;
}

TEST(LeastSquares, LineThroughKnownPoints) {
  // y = 1 + 2 t with residuals -1, 2, -1: orthogonal to both columns.
  DesignMatrix const x = matrix({{1, 1, 1}, {0, 1, 2}});
  LeastSquares const fit = solve_least_squares(x, std::vector<double>{0, 5, 4});
  EXPECT_NEAR(fit.coefficient[0], 1, 1e-12);
  EXPECT_NEAR(fit.coefficient[1], 2, 1e-12);
  EXPECT_NEAR(fit.residual_sum, 6, 1e-12);
  EXPECT_NEAR(fit.unscaled_variance[0], 5.0 / 6, 1e-12);
  EXPECT_NEAR(fit.unscaled_variance[1], 0.5, 1e-12);
}

TEST(LeastSquares, DependentColumnIsLeftOut) {
  DesignMatrix const x = matrix({{1, 1, 1, 1}, {0, 1, 2, 3}, {1, 3, 5, 7}, {0, 0, 0, 0}});
  LeastSquares const fit = solve_least_squares(x, std::vector<double>{1, 2, 4, 4});
  EXPECT_EQ(fit.rank, 2u);
  EXPECT_TRUE(std::isnan(fit.coefficient[2]) && std::isnan(fit.coefficient[3]));
  EXPECT_TRUE(std::isfinite(fit.coefficient[1]));
}

TEST(LeastSquares, NormalEquationsHoldOnRandomColumns) {
  std::vector<std::vector<double>> columns(12, std::vector<double>(200));
  std::vector<double> y(200);
  for (std::int64_t i = 0; i < 200; ++i) {
    for (std::uint32_t j = 0; j < 12; ++j) columns[j][static_cast<std::size_t>(i)] = tests::draw(i, j) + 100;
    y[static_cast<std::size_t>(i)] = tests::draw(i, 99);
  }
  LeastSquares const fit = solve_least_squares(matrix(columns), y);
  for (auto const& column : columns) {
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += column[i] * fit.residual[i];
    EXPECT_NEAR(sum, 0, 1e-9);
  }
}

TEST(LeastSquares, RobustVarianceOfAMean) {
  // For a mean of n values HC0 is sum e^2 / n^2.
  LeastSquares const fit = solve_least_squares(matrix({{1, 1, 1, 1}}), std::vector<double>{1, 3, 5, 7});
  EXPECT_NEAR(fit.robust_variance(fit.residual)[0], 20.0 / 16, 1e-12);
}

TEST(Shrinkage, MethodOfMoments) {
  // Errors 1: Q = 8, k - 1 = 2, C = 3 - 1 = 2, tau^2 = 3, weight 3/4, mean -2.
  std::vector<double> const estimates{-4, -2, 0, NAN}, errors{1, 1, 1, NAN};
  std::vector<Shrunk> shrunk(4);
  shrink_to_mean(estimates, errors, shrunk);
  EXPECT_NEAR(shrunk[0].value, -3.5, 1e-12);
  EXPECT_NEAR(shrunk[1].value, -2, 1e-12);
  EXPECT_NEAR(shrunk[0].weight, .75, 1e-12);
  EXPECT_TRUE(std::isnan(shrunk[3].value));
}

TEST(Shrinkage, EqualTruthsShareTheMeanAndASingleOneStays) {
  std::vector<Shrunk> shrunk(2);
  shrink_to_mean(std::vector<double>{-2, -2.1}, std::vector<double>{1, 1}, shrunk);
  EXPECT_EQ(shrunk[0].weight, 0);
  EXPECT_NEAR(shrunk[0].value, -2.05, 1e-12);
  shrink_to_mean(std::vector<double>{-2}, std::vector<double>{1}, std::span(shrunk).first(1));
  EXPECT_EQ(shrunk[0].value, -2);
}

TEST(Newsvendor, WorkedNumber) {
  EXPECT_EQ(service_level(3, 1), .75);
  std::vector<double> const levels{.1, .5, .7, .9}, values{8, 10, 12, 16};
  EXPECT_NEAR(order_quantity(levels, values, 3, 1), 13, 1e-12);
  EXPECT_EQ(order_quantity(levels, values, 0, 1), 8);
  EXPECT_EQ(order_quantity(levels, values, 1, 0), 16);
  EXPECT_EQ(order_quantity(levels, values, 1, 1), 10);
  EXPECT_THROW(service_level(0, 0), ConfigError);
  EXPECT_THROW(order_quantity(levels, std::vector<double>{3, 2, 1, 0}, 1, 1), ConfigError);
  EXPECT_THROW(order_quantity({}, {}, 1, 1), ConfigError);
}

}  // namespace
}  // namespace tidemill::drivers
