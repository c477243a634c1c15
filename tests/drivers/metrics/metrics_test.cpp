#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "drivers/metrics/classification.hpp"
#include "drivers/metrics/regression.hpp"
#include "drivers/partition/exact_sum.hpp"
#include "io/error.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using io::Comm;
using tests::world;

/// This rank's even share of values that every rank knows.
template <class T>
std::vector<T> my_part(std::vector<T> const& all, Comm const& comm) {
  io::RowRange const range = io::even_share(static_cast<std::int64_t>(all.size()), comm.rank(), comm.size());
  return {all.begin() + range.first, all.begin() + range.end()};
}

std::vector<double> random_values(std::size_t count, unsigned seed, double spread = 1) {
  std::mt19937_64 engine(seed);
  std::lognormal_distribution<double> distribution(0, spread);
  std::vector<double> values(count);
  for (double& value : values) value = distribution(engine);
  return values;
}

TEST(ExactSum, IsExactAndIndependentOfOrderAndRanks) {
  std::vector<double> terms = random_values(2000, 1, 40);
  for (std::size_t i = 0; i < terms.size(); i += 3) terms[i] = -terms[i];
  terms.insert(terms.end(), {1e300, 1.0, 5e-324, -1e300, 5e-324});
  ExactSum forwards, shared;
  for (double const term : terms) forwards.add(term);
  for (double const term : my_part(terms, world())) shared.add(term);
  EXPECT_EQ(shared.total(world()), forwards.value());
  std::reverse(terms.begin(), terms.end());
  for (double const term : terms) forwards.add(-term);
  EXPECT_EQ(forwards.value(), 0.0);
}

TEST(ExactSum, RoundsToNearestAndKeepsSmallTerms) {
  ExactSum sum;
  for (double const term : {1e16, 1.0, -1e16}) sum.add(term);
  EXPECT_EQ(sum.value(), 1.0);
  sum.add(std::ldexp(1.0, -53));  // a tie: to even
  EXPECT_EQ(sum.value(), 1.0);
  sum.add(5e-324);  // just above the tie
  EXPECT_EQ(sum.value(), std::nextafter(1.0, 2.0));
  sum.add(-3);
  EXPECT_EQ(sum.value(), std::nextafter(-2.0, 0.0));
  sum.add(std::nan(""));
  EXPECT_TRUE(std::isnan(sum.value()));
  EXPECT_EQ(ExactSum().value(), 0.0);
}

TEST(Regression, WorkedForecast) {
  std::vector<double> const training{10, 12, 9, 11, 13, 20, 22, 11, 12, 10, 12, 14, 21, 23};
  std::vector<double> const actual = my_part<double>({12, 11, 10}, world());
  std::vector<double> const forecast = my_part<double>({11, 12, 12}, world());
  Pairs const pairs{actual, forecast};
  RegressionErrors const errors = regression_errors(world(), pairs);
  EXPECT_EQ(errors.pairs, 3);
  EXPECT_NEAR(errors.rmse, 1.414214, 5e-7);
  EXPECT_NEAR(errors.rmsle, .116506, 5e-7);
  EXPECT_NEAR(errors.wape, .121212, 5e-7);
  EXPECT_NEAR(errors.bias, -.060606, 5e-7);
  EXPECT_NEAR(errors.mae, 4.0 / 3, 1e-15);
  EXPECT_NEAR(errors.r2, 1 - 6.0 / 2, 1e-15);
  EXPECT_NEAR(mase(world(), pairs, mase_scale(training, 7)), 1.555556, 5e-7);
  EXPECT_NEAR(rmsse(world(), pairs, rmsse_scale(training)), .315621, 5e-7);
  EXPECT_NEAR(pinball(world(), pairs, .9), .4, 1e-15);
}

TEST(Regression, ZeroDenominatorsAreMissing) {
  std::vector<double> const zeros(3, 0.0), ones(3, 1.0), none;
  RegressionErrors const errors = regression_errors(world(), {zeros, ones});
  EXPECT_TRUE(std::isnan(errors.wape));
  EXPECT_TRUE(std::isnan(errors.bias));
  EXPECT_TRUE(std::isnan(errors.r2));
  EXPECT_EQ(errors.rmse, 1.0);
  EXPECT_TRUE(std::isnan(regression_errors(world(), {none, none}).rmse));
  EXPECT_TRUE(std::isnan(mase(world(), {zeros, ones}, mase_scale(ones, 1))));
  EXPECT_TRUE(std::isnan(mase_scale(ones, 7)));
}

TEST(Regression, TrainingScaleStartsAtTheFirstSale) {
  std::vector<double> const training{0, 0, std::nan(""), 0, 4, 6};
  EXPECT_EQ(rmsse_scale(training), 4.0);
}

TEST(Regression, MissingActualsAreLeftOut) {
  std::vector<double> const actual{1, std::nan(""), 3}, forecast{2, 5, 3};
  EXPECT_EQ(regression_errors(Comm::self(), {actual, forecast}).mae, .5);
  EXPECT_EQ(pinball(Comm::self(), {actual, forecast}, .25), .375);
}

TEST(Regression, OrderAndRanksDoNotMatter) {
  std::vector<double> actual = random_values(1001, 2), forecast = random_values(1001, 3);
  RegressionErrors const plain = regression_errors(Comm::self(), {actual, forecast});
  std::vector<double> const my_actual = my_part(actual, world()), my_forecast = my_part(forecast, world());
  RegressionErrors const together = regression_errors(world(), {my_actual, my_forecast});
  std::reverse(actual.begin(), actual.end());
  std::reverse(forecast.begin(), forecast.end());
  RegressionErrors const reversed = regression_errors(Comm::self(), {actual, forecast});
  for (RegressionErrors const& other : {together, reversed}) {
    EXPECT_EQ(other.rmse, plain.rmse);
    EXPECT_EQ(other.rmsle, plain.rmsle);
    EXPECT_EQ(other.mae, plain.mae);
    EXPECT_EQ(other.wape, plain.wape);
    EXPECT_EQ(other.bias, plain.bias);
    EXPECT_EQ(other.r2, plain.r2);
  }
}

TEST(Regression, IntervalsCountTheirEnds) {
  std::vector<double> const actual = my_part<double>({1, 2, 3, 4}, world());
  std::vector<double> const low = my_part<double>({1, 3, 0, 4.5}, world());
  std::vector<double> const high = my_part<double>({2, 4, 3, 5}, world());
  IntervalQuality const quality = interval_quality(world(), actual, low, high);
  EXPECT_EQ(quality.pairs, 4);
  EXPECT_EQ(quality.coverage, .5);
  EXPECT_EQ(quality.width, 1.375);
}

/// All pairs, one by one.
double plain_auc(std::vector<std::int8_t> const& label, std::vector<double> const& score) {
  double ordered = 0, all = 0;
  for (std::size_t p = 0; p < label.size(); ++p) {
    for (std::size_t n = 0; n < label.size(); ++n) {
      if (label[p] == 0 || label[n] != 0) continue;
      all += 1;
      ordered += score[p] > score[n] ? 1 : score[p] == score[n] ? .5 : 0;
    }
  }
  return ordered / all;
}

TEST(Classification, AucAgreesWithCountingPairs) {
  for (std::size_t const rows : {2u, 7u, 300u}) {
    for (bool const has_ties : {false, true}) {
      std::vector<double> score = random_values(rows, 5);
      std::vector<std::int8_t> label(rows);
      for (std::size_t i = 0; i < rows; ++i) {
        label[i] = i % 3 == 0;
        score[i] = has_ties ? std::floor(score[i] * 3) - 2 : score[i] - 1;
      }
      double const together = auc(world(), my_part(label, world()), my_part(score, world()));
      EXPECT_NEAR(together, plain_auc(label, score), 1e-14) << rows;
      EXPECT_EQ(together, auc(Comm::self(), label, score));
    }
  }
}

TEST(Classification, AucNeedsBothClassesAndAllScores) {
  std::vector<std::int8_t> const label{1, 1};
  std::vector<double> const score{.1, .2}, holed{.1, std::nan("")};
  EXPECT_TRUE(std::isnan(auc(world(), label, score)));
  try {
    auc(world(), label, holed);
    ADD_FAILURE() << "a missing score was taken";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
  }
}

TEST(Classification, LoglossAndAccuracy) {
  std::vector<std::int32_t> const actual{0, 2, -1};
  std::vector<double> const probability{.5, .5, 0, .2, .2, .6, 1, 0, 0};
  ClassificationErrors const errors = classification_errors(Comm::self(), actual, probability, 3);
  EXPECT_NEAR(errors.logloss, -(std::log(.5) + std::log(.6) + std::log(1e-15)) / 3, 1e-14);
  EXPECT_NEAR(errors.accuracy, 2.0 / 3, 1e-15);
  EXPECT_NEAR(errors.error, 1.0 / 3, 1e-15);
  EXPECT_TRUE(std::isnan(classification_errors(world(), {}, {}, 3).logloss));
}

}  // namespace
}  // namespace tidemill::drivers
