#include "drivers/metrics/labels.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::world;

TEST(LabelMetrics, F1OfTheWorkedNumbers) {
  std::vector<LabelCounts> const counts{{8, 2, 1}, {1, 1, 3}, {0, 0, 0}};
  F1Scores const scores = f1_scores(counts);
  EXPECT_NEAR(scores.micro, .72, 1e-12);
  EXPECT_NEAR(scores.macro, .587719, 5e-7);
  EXPECT_EQ(scores.with_support, 2);
  EXPECT_EQ(scores.without, 1);
  EXPECT_TRUE(std::isnan(f1_scores({}).micro));
}

/// Rows are spread over the ranks; the whole is the same.
template <class T>
std::vector<T> mine(std::vector<T> const& all) {
  io::RowRange const range = io::even_share(static_cast<std::int64_t>(all.size()), world().rank(), world().size());
  return {all.begin() + range.first, all.begin() + range.end()};
}

TEST(LabelMetrics, AveragePrecisionByHand) {
  // Highest first: + - + +: 1/3 * 1 + 1/3 * 2/3 + 1/3 * 3/4. Then with the last two tied: 1/3 + 2/3 * 3/4.
  std::vector<std::int8_t> const positive{1, 0, 1, 1};
  EXPECT_NEAR(average_precision(world(), mine<double>({.9, .8, .7, .6}), mine(positive)), (1 + 2.0 / 3 + .75) / 3,
              1e-12);
  EXPECT_NEAR(average_precision(world(), mine<double>({.9, .8, .6, .6}), mine(positive)), 1.0 / 3 + .5, 1e-12);
  EXPECT_TRUE(std::isnan(average_precision(world(), mine<double>({.9}), mine<std::int8_t>({0}))));
}

TEST(LabelMetrics, CalibrationErrorByHand) {
  // Bin of .7-.73: two rows, mean .71, one right; bin of 1: one row, right.
  double const expected = (std::abs(.70 + .72 - 1) + 0) / 3;
  EXPECT_NEAR(calibration_error(world(), mine<double>({.70, .72, 1}), mine<std::int8_t>({1, 0, 1})), expected, 1e-9);
  EXPECT_TRUE(std::isnan(calibration_error(world(), {}, {})));
}

}  // namespace
}  // namespace tidemill::drivers
