#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "drivers/trees/bins.hpp"
#include "drivers/trees/exact_sum.hpp"
#include "drivers/trees/leaf_quantiles.hpp"
#include "drivers/trees/predict.hpp"
#include "io/error.hpp"
#include "kernels/trees/binning.hpp"
#include "kernels/trees/exponential.hpp"
#include "tests/drivers/trees/example.hpp"
#include "tests/reference/boosting.hpp"

namespace tidemill::tests {
namespace {

using drivers::Objective;

/// The example's first three features only: numbers without gaps.
drivers::TreeDataset simple_dataset(std::int64_t rows, ExampleOptions options) {
  options.rows = rows;
  drivers::TreeDataset data = example_dataset(io::Comm::self(), options);
  data.features.resize(3);
  return data;
}

double mean_of(std::vector<double> const& values) {
  double sum = 0;
  for (double const value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double largest_difference(std::vector<double> const& a, std::vector<double> const& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

std::vector<double> reference_scores(drivers::TreeDataset const& data, drivers::TreeModel const& model,
                                     reference::PlainBooster::Gradient const& gradient) {
  reference::PlainBooster plain;
  std::size_t const features = data.features.size();
  std::vector<std::uint8_t> const bins = drivers::bin_rows(kernels::Exec(), model, data);
  plain.bins.resize(features);
  for (std::size_t i = 0; i < bins.size(); ++i) plain.bins[i % features].push_back(bins[i]);
  plain.target = data.target;
  drivers::TreeParams const& p = model.params;
  return plain.fit(model.ensemble.base_score[0], gradient,
                   {p.trees, p.max_leaves, static_cast<std::size_t>(p.min_rows_in_leaf), p.learning_rate, p.l2});
}

TEST(TreeAccuracy, SquaredLossFollowsTheTextbook) {
  for (std::int64_t const rows : {25, 100, 301}) {
    drivers::TreeDataset const data = simple_dataset(rows, {});
    drivers::TreeParams params = small_params(Objective::squared);
    params.max_leaves = 6;
    params.l2 = 0.5;
    drivers::TreeModel const model = train(io::Comm::self(), data, params);
    EXPECT_NEAR(model.ensemble.base_score[0], mean_of(data.target), 1e-9);
    auto const expected =
        reference_scores(data, model, [](double score, double target) { return std::pair(score - target, 1.0); });
    auto const found = drivers::predict(kernels::Exec(), model, data);
    EXPECT_LT(largest_difference(found.raw, expected), 1e-5) << rows << " rows";
  }
}

TEST(TreeAccuracy, LogisticLossFollowsTheTextbook) {
  drivers::TreeDataset const data = simple_dataset(300, {.rows = 300, .classes = 2});
  drivers::TreeParams params = small_params(Objective::logistic);
  params.max_leaves = 6;
  drivers::TreeModel const model = train(io::Comm::self(), data, params);
  auto const expected = reference_scores(data, model, [](double score, double target) {
    double const p = 1 / (1 + std::exp(-score));
    return std::pair(p - target, p * (1 - p));
  });
  auto const found = drivers::predict(kernels::Exec(), model, data);
  EXPECT_LT(largest_difference(found.raw, expected), 1e-4);
  for (std::size_t i = 0; i < found.raw.size(); ++i) {
    EXPECT_NEAR(found.value[i], 1 / (1 + std::exp(-found.raw[i])), 1e-12);
  }
}

/// Loss after training is clearly below that of the constant, for every objective.
TEST(TreeAccuracy, EveryObjectiveLearns) {
  struct Case {
    Objective objective;
    ExampleOptions options;
    double share;  ///< of the first validation loss that may be left
  };
  for (Case const& c : {Case{Objective::squared, {.rows = 3000}, 0.2}, Case{Objective::quantile, {.rows = 3000}, 0.6},
                        Case{Objective::logistic, {.rows = 3000, .classes = 2}, 0.9},
                        Case{Objective::softmax, {.rows = 3000, .classes = 3}, 0.95}}) {
    drivers::TreeDataset const data = example_dataset(world(), c.options);
    drivers::TreeParams params = small_params(c.objective);
    params.classes = std::max(1, c.objective == Objective::softmax ? c.options.classes : 1);
    params.trees = 30;
    io::CheckpointStore none(world(), "", "", 1e9);
    io::Progress progress(world(), io::Progress::Level::quiet);
    drivers::TrainReport report;
    drivers::train_boost(world(), kernels::Exec(), data, &data, params, none, progress, &report);
    ASSERT_EQ(report.validation_loss.size(), 30u);
    EXPECT_LT(report.validation_loss.back(), c.share * report.validation_loss.front()) << drivers::name_of(c.objective);
  }
}

TEST(TreeAccuracy, LogLinkMeansAreCalibrated) {
  for (Objective const objective : {Objective::poisson, Objective::tweedie}) {
    drivers::TreeDataset const data = example_dataset(io::Comm::self(), {.rows = 3000, .counts = true});
    drivers::TreeParams params = small_params(objective);
    params.trees = 40;
    auto const scores = drivers::predict(kernels::Exec(), train(io::Comm::self(), data, params), data);
    double const mean = mean_of(data.target);
    // The log link is canonical for Poisson only, where score equations keep the mean.
    EXPECT_NEAR(mean_of(scores.value), mean, (objective == Objective::poisson ? 0.02 : 0.06) * mean);
    std::vector<double> squares;
    std::vector<double> spread;
    for (std::size_t i = 0; i < data.target.size(); ++i) {
      squares.push_back((data.target[i] - scores.value[i]) * (data.target[i] - scores.value[i]));
      spread.push_back((data.target[i] - mean) * (data.target[i] - mean));
    }
    EXPECT_LT(mean_of(squares), 0.8 * mean_of(spread)) << drivers::name_of(objective);
  }
}

TEST(TreeAccuracy, QuantileLeavesCoverTheirShare) {
  for (double const alpha : {0.1, 0.5, 0.9}) {
    drivers::TreeDataset const data = example_dataset(io::Comm::self(), {.rows = 4000});
    drivers::TreeParams params = small_params(Objective::quantile);
    params.quantile = alpha;
    params.trees = 30;
    auto const scores = drivers::predict(kernels::Exec(), train(io::Comm::self(), data, params), data);
    double below = 0;
    for (std::size_t i = 0; i < data.target.size(); ++i) below += data.target[i] <= scores.value[i] ? 1 : 0;
    EXPECT_NEAR(below / static_cast<double>(data.target.size()), alpha, 0.03);
  }
}

TEST(TreeAccuracy, LeavesHaveTheRowsAskedFor) {
  drivers::TreeDataset const data = example_dataset(world(), {.rows = 2000, .classes = 2});
  drivers::TreeParams params = small_params(Objective::logistic);
  params.min_rows_in_leaf = 37;
  drivers::TreeModel const model = train(world(), data, params);
  for (std::size_t i = 0; i < model.ensemble.feature.size(); ++i) EXPECT_GE(model.ensemble.cover[i], 37);
  EXPECT_EQ(model.ensemble.cover[0], 2000);
}

TEST(TreeAccuracy, MonotoneModelsAreMonotone) {
  for (Objective const objective : {Objective::squared, Objective::quantile, Objective::poisson}) {
    drivers::TreeDataset data = example_dataset(io::Comm::self(), {.rows = 1500, .counts = true});
    drivers::TreeParams params = small_params(objective);
    params.monotone = {1, -1, 1, -1, 0};
    params.trees = 20;
    drivers::TreeModel const model = train(io::Comm::self(), data, params);
    ASSERT_GT(model.ensemble.nodes(), model.ensemble.trees());
    for (std::size_t f = 0; f < 4; ++f) {
      std::vector<double> last;
      for (int step = 0; step <= 40; ++step) {
        for (float& value : data.features[f].values) value = static_cast<float>(step) / 8.0f - 2.5f;
        std::vector<double> const now = drivers::predict(kernels::Exec(), model, data).raw;
        for (std::size_t i = 0; i < last.size(); ++i) {
          ASSERT_GE(params.monotone[f] * (now[i] - last[i]), -1e-12) << "feature " << f << " row " << i;
        }
        last = now;
      }
      data = example_dataset(io::Comm::self(), {.rows = 1500, .counts = true});
    }
  }
}

TEST(TreeAccuracy, EarlyStoppingKeepsTheBestRounds) {
  drivers::TreeDataset const data = example_dataset(world(), {.rows = 400, .classes = 2});
  drivers::TreeDataset other = example_dataset(world(), {.rows = 400, .classes = 2});
  // Labels that have nothing to do with the features: validation loss can only get worse.
  for (std::int64_t i = 0; i < other.rows(); ++i) {
    other.target[static_cast<std::size_t>(i)] = noise(other.range.first + i, 55) < 0.5 ? 1 : 0;
  }
  drivers::TreeParams params = small_params(Objective::logistic);
  params.trees = 100;
  params.early_stopping_rounds = 5;
  drivers::TreeModel const model = train(world(), data, params, &other);
  EXPECT_LT(model.best_round, 20);
  EXPECT_EQ(model.ensemble.trees(), model.best_round);
  EXPECT_THROW(train(world(), data, params), ConfigError);
}

TEST(TreeBins, EachOfFewValuesGetsItsOwn) {
  drivers::TreeDataset data;
  data.range = io::even_share(5000, world().rank(), world().size());
  data.features.resize(3);
  for (std::int64_t row = data.range.first; row < data.range.end(); ++row) {
    data.features[0].values.push_back(static_cast<float>(row % 255) * 0.001f + 1000.0f);
    data.features[1].values.push_back(row % 10 < 7 ? 0.0f : static_cast<float>(noise(row, 1)));
    data.features[2].values.push_back(std::numeric_limits<float>::quiet_NaN());
  }
  auto const bins = drivers::make_bins(world(), data, drivers::TreeParams{});
  std::set<float> distinct;
  for (int i = 0; i < 255; ++i) distinct.insert(static_cast<float>(i) * 0.001f + 1000.0f);
  EXPECT_EQ(bins[0].count, static_cast<std::int32_t>(distinct.size()) + 1);
  std::vector<float> const values(distinct.begin(), distinct.end());
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    EXPECT_LE(values[i], bins[0].upper[i]);
    EXPECT_LT(bins[0].upper[i], values[i + 1]);
  }
  // Seven of ten rows are 0: that value takes one bin, and the others get nearly all the rest.
  EXPECT_GE(bins[1].count, 240);
  EXPECT_EQ(bins[2].count, 1);
}

/// Few rows are sorted instead of counted: the same rows three times over are too many for that, and give the same
/// bins.
TEST(TreeBins, FewRowsAreBinnedAsMany) {
  auto const bins_of = [](std::int64_t copies) {
    drivers::TreeDataset data;
    data.range = io::even_share(1000 * copies, world().rank(), world().size());
    data.features.resize(2);
    for (std::int64_t row = data.range.first; row < data.range.end(); ++row) {
      bool const is_known = row / copies % 7 != 0;
      data.features[0].values.push_back(static_cast<float>(noise(row / copies, 1)));
      data.features[1].values.push_back(is_known ? static_cast<float>(row / copies % 90 - 40) * -0.25f : std::nanf(""));
    }
    return drivers::make_bins(world(), data, drivers::TreeParams{});
  };
  auto const few = bins_of(1), many = bins_of(3);
  EXPECT_EQ(few[1].upper, many[1].upper);
  EXPECT_EQ(few[1].count, 91);
  EXPECT_EQ(few[0].count, many[0].count);
  EXPECT_GE(few[0].count, 240);
}

TEST(TreeBins, ManyValuesAreSharedEvenly) {
  drivers::TreeDataset data;
  data.range = io::even_share(40000, world().rank(), world().size());
  data.features.resize(1);
  for (std::int64_t row = data.range.first; row < data.range.end(); ++row) {
    data.features[0].values.push_back(static_cast<float>(std::exp(6 * noise(row, 1)) * (row % 2 == 0 ? 1 : -1)));
  }
  auto const bins = drivers::make_bins(world(), data, drivers::TreeParams{});
  EXPECT_GE(bins[0].count, 250);
  std::vector<std::int64_t> counts(256, 0);
  auto const rows = drivers::bin_dataset(kernels::Exec(), data, bins);
  for (std::int64_t i = 0; i < data.rows(); ++i) ++counts[rows.column_major(static_cast<std::size_t>(i))];
  world().sum(std::span(counts));
  EXPECT_EQ(counts[0], 0);
  for (std::int32_t b = 1; b < bins[0].count; ++b) {
    EXPECT_LT(counts[static_cast<std::size_t>(b)], 40000 / 255 * 13 / 10) << b;
  }
}

TEST(TreeBins, VectorAndPortableBinsAgree) {
  kernels::FeatureBins bins;
  for (int i = 0; i < 254; ++i) bins.upper.push_back(static_cast<float>(i) * 0.5f - 40);
  bins.upper.push_back(std::numeric_limits<float>::infinity());
  float const inf = std::numeric_limits<float>::infinity();
  std::vector<float> values{-inf, inf, std::nanf(""), -0.0f, 0.0f, -40.0f, -39.5f, 86.5f, 1e30f};
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<float>(noise(i, 3) * 200 - 70));
  kernels::Array<std::uint8_t> const out("out", values.size() + 3);
  kernels::bin_numbers(kernels::Exec(), kernels::Array<float const>(values.data(), values.size()), bins, out, 3);
  for (std::size_t i = 0; i < values.size(); ++i) {
    int expected = 0;
    if (!std::isnan(values[i])) {
      expected = 1;
      for (float const bound : bins.upper) expected += bound < values[i] ? 1 : 0;
    }
    EXPECT_EQ(static_cast<int>(out(i + 3)), expected) << values[i];
  }
}

TEST(TreeMaths, ExponentialIsAccurate) {
  for (int i = -7000; i <= 7000; ++i) {
    double const x = i * 0.0999;
    EXPECT_NEAR(kernels::exponential(x) / std::exp(x), 1.0, 5e-16) << x;
  }
}

TEST(TreeMaths, ExactSumIsTheSameForAnySpread) {
  io::RowRange const range = io::even_share(1001, world().rank(), world().size());
  std::vector<double> mine;
  double expected = 0;
  for (std::int64_t row = 0; row < 1001; ++row) {
    double const value = (noise(row, 1) - 0.3) * std::exp(10 * noise(row, 2));
    expected += value;
    if (row >= range.first && row < range.end()) mine.push_back(value);
  }
  EXPECT_NEAR(drivers::exact_sum(world(), mine), expected, 1e-7);
}

TEST(TreeMaths, ResidualQuantilesAreOrderStatistics) {
  io::RowRange const range = io::even_share(777, world().rank(), world().size());
  kernels::Array<double> const target("target", static_cast<std::size_t>(range.count));
  kernels::Array<double> const zero("zero", static_cast<std::size_t>(range.count));
  std::vector<float> all;
  for (std::int64_t row = 0; row < 777; ++row) {
    all.push_back(static_cast<float>(noise(row, 1) * 20 - 10));
    if (row >= range.first && row < range.end()) target(static_cast<std::size_t>(row - range.first)) = all.back();
  }
  std::sort(all.begin(), all.end());
  drivers::ResidualQuantiles const quantiles(world(), kernels::Exec(), target, zero, {}, {});
  for (double const alpha : {0.001, 0.25, 0.5, 0.999}) {
    auto const rank = static_cast<std::size_t>(std::ceil(alpha * 777)) - 1;
    EXPECT_EQ(quantiles.find({kernels::NodeRows{{}, 0, range.count, true}}, alpha)[0], static_cast<double>(all[rank]));
  }
}

}  // namespace
}  // namespace tidemill::tests
