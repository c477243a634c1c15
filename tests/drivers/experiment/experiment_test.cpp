#include "drivers/experiment/experiment.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "drivers/experiment/distributions.hpp"
#include "io/error.hpp"
#include "tests/support/example_tables.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using io::Comm;
using tests::draw;
using tests::world;

/// The worked numbers of the domain's definitions.
TEST(ArmTests, GiveTheWorkedNumbers) {
  EXPECT_NEAR(proportion_test(90, 1000, 120, 1000, .95).statistic, 2.188266, 5e-7);
  ArmTest const welch = welch_test({40, 8.5, 25}, {50, 10, 16}, .95);
  EXPECT_NEAR(welch.statistic, 1.543033, 5e-7);
  EXPECT_NEAR(welch.freedom, 73.768228, 5e-7);
  RatioTest const ratio = ratio_test({5100, 4900}, {1, 1});
  EXPECT_NEAR(ratio.chi_square, 4.0, 1e-12);
  EXPECT_NEAR(ratio.p, .0455, 5e-5);
  EXPECT_FALSE(ratio.is_mismatch);
  EXPECT_NEAR(mixture_ratio(1000, .1, 2, .01), 3.278721, 1e-6);  // 3.2787216
  EXPECT_NEAR(1 / mixture_ratio(1000, .1, 2, .01), .304997, 5e-7);
}

/// Quantiles that tables of the distributions print.
TEST(Distributions, AgreeWithPrintedTables) {
  EXPECT_NEAR(normal_two_sided(1.959964), .05, 1e-7);
  EXPECT_NEAR(student_two_sided(2.228139, 10), .05, 1e-7);
  EXPECT_NEAR(student_two_sided(12.706205, 1), .05, 1e-7);
  EXPECT_NEAR(student_two_sided(1, 1), .5, 1e-12);
  EXPECT_NEAR(student_two_sided(1.959964, 1e8), .05, 1e-6);
  EXPECT_NEAR(chi_square_upper(3.841459, 1), .05, 1e-7);
  EXPECT_NEAR(chi_square_upper(18.307038, 10), .05, 1e-7);
  EXPECT_NEAR(chi_square_upper(3, 2), std::exp(-1.5), 1e-14);
  EXPECT_NEAR(chi_square_upper(.1, 2), std::exp(-.05), 1e-14);
  EXPECT_NEAR(normal_distance(.05), 1.959963984540054, 1e-12);
  EXPECT_NEAR(student_distance(.05, 10), 2.2281388519649385, 1e-10);
  EXPECT_TRUE(std::isnan(student_two_sided(1, 0)));
}

TEST(ArmTests, AdjustForSeveralComparisons) {
  std::vector<double> const adjusted = adjusted_p({.04, std::nan(""), .01, .03});
  EXPECT_NEAR(adjusted[0], .04, 1e-15);
  EXPECT_TRUE(std::isnan(adjusted[1]));
  EXPECT_NEAR(adjusted[2], .03, 1e-15);
  EXPECT_NEAR(adjusted[3], .04, 1e-15);
}

/// Units with an effect of .3 in arm "new"; x explains most of y. This rank's part.
io::Table experiment_table(Comm const& comm, std::int64_t rows) {
  io::Table table;
  table.range = io::even_share(rows, comm.rank(), comm.size());
  std::vector<std::string> arm;
  std::vector<double> x, y, bought;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    bool const is_new = draw(row, 41) < .5;
    arm.push_back(is_new ? "new" : "control");
    x.push_back(5 * draw(row, 42));
    y.push_back(2 * x.back() + draw(row, 43) + (is_new ? .3 : 0));
    bought.push_back(draw(row, 44) < (is_new ? .4 : .3) ? 1 : 0);
    if (row % 97 == 13) y.back() = std::nan("");
  }
  table.add(io::text_column(comm, "arm", arm));
  table.add(io::real_column("x", x));
  table.add(io::real_column("y", y));
  table.add(io::real_column("bought", bought));
  return table;
}

ExperimentParams experiment_params() {
  ExperimentParams params;
  params.group = "arm";
  params.metrics = {"y", "bought"};
  params.covariate = "x";
  return params;
}

/// Plain loops over all rows: the specification of CUPED and of the sequential test.
struct PlainExperiment {
  std::vector<double> x[2], y[2];
  explicit PlainExperiment(io::Table const& all) {
    for (std::int64_t row = 0; row < all.rows(); ++row) {
      double const value = all.at("y").number(row);
      if (std::isnan(value)) continue;
      std::size_t const arm = all.at("arm").text(row) == "new" ? 1 : 0;
      x[arm].push_back(all.at("x").number(row));
      y[arm].push_back(value);
    }
  }
  static ArmSummary summary(std::vector<double> const& values, std::size_t count) {
    double sum = 0, square = 0;
    for (std::size_t i = 0; i < count; ++i) sum += values[i];
    double const mean = sum / static_cast<double>(count);
    for (std::size_t i = 0; i < count; ++i) square += (values[i] - mean) * (values[i] - mean);
    return {static_cast<double>(count), mean, square / (static_cast<double>(count) - 1)};
  }
  double theta() const {
    std::vector<double> xs = x[0], ys = y[0];
    xs.insert(xs.end(), x[1].begin(), x[1].end());
    ys.insert(ys.end(), y[1].begin(), y[1].end());
    ArmSummary const of_x = summary(xs, xs.size()), of_y = summary(ys, ys.size());
    double product = 0;
    for (std::size_t i = 0; i < xs.size(); ++i) product += (xs[i] - of_x.mean) * (ys[i] - of_y.mean);
    return product / (of_x.variance * (of_x.units - 1));
  }
  ArmTest cuped() const {
    ArmSummary arms[2];
    double const slope = theta();
    for (std::size_t a : {0u, 1u}) {
      std::vector<double> values;
      for (std::size_t i = 0; i < y[a].size(); ++i) values.push_back(y[a][i] - slope * x[a][i]);
      arms[a] = summary(values, values.size());
    }
    return welch_test(arms[0], arms[1], .95);
  }
  double sequential_p(int looks, double prior_variance) const {
    double p = 1;
    std::size_t const pairs = std::min(y[0].size(), y[1].size());
    for (int look = 1; look <= looks; ++look) {
      std::size_t const n = pairs * static_cast<std::size_t>(look) / static_cast<std::size_t>(looks);
      ArmSummary const a = summary(y[0], n), b = summary(y[1], n);
      p = std::min(p, 1 / mixture_ratio(a.units, b.mean - a.mean, a.variance + b.variance, prior_variance));
    }
    return p;
  }
};

TEST(Experiment, AgreesWithPlainLoops) {
  ExperimentResult const result = analyse_experiment(world(), experiment_table(world(), 1200), experiment_params());
  PlainExperiment const plain(experiment_table(Comm::self(), 1200));
  ASSERT_EQ(result.rows.size(), 2u);
  ExperimentRow const& row = result.rows[0];
  ArmTest const welch = welch_test(PlainExperiment::summary(plain.y[0], plain.y[0].size()),
                                   PlainExperiment::summary(plain.y[1], plain.y[1].size()), .95);
  EXPECT_NEAR(row.welch.statistic, welch.statistic, 1e-9);
  EXPECT_NEAR(row.welch.p, welch.p, 1e-9);
  EXPECT_NEAR(row.theta, plain.theta(), 1e-10);
  EXPECT_NEAR(row.cuped.statistic, plain.cuped().statistic, 1e-8);
  EXPECT_NEAR(row.cuped.lower, plain.cuped().lower, 1e-9);
  EXPECT_NEAR(row.sequential_p, plain.sequential_p(20, row.prior_variance), 1e-9);
  EXPECT_LT(row.variance_factor, .05) << "x explains nearly all of y";
  EXPECT_LT(row.cuped.upper - row.cuped.lower, .3 * (row.welch.upper - row.welch.lower));
  EXPECT_TRUE(row.cuped.lower < .3 && .3 < row.cuped.upper);
  EXPECT_FALSE(row.is_share);
  EXPECT_TRUE(result.rows[1].is_share);
}

TEST(Experiment, SameBitsForAnyNumberOfRanks) {
  for (std::int64_t const rows : {9, 400}) {
    auto const together = analyse_experiment(world(), experiment_table(world(), rows), experiment_params());
    auto const alone = analyse_experiment(Comm::self(), experiment_table(Comm::self(), rows), experiment_params());
    ASSERT_EQ(together.rows.size(), alone.rows.size());
    EXPECT_EQ(together.units, alone.units);
    for (std::size_t i = 0; i < alone.rows.size(); ++i) {
      EXPECT_EQ(together.rows[i].welch.statistic, alone.rows[i].welch.statistic);
      EXPECT_EQ(together.rows[i].cuped.statistic, alone.rows[i].cuped.statistic);
      EXPECT_EQ(together.rows[i].sequential_p, alone.rows[i].sequential_p);
    }
  }
}

TEST(Experiment, AWrongSplitRefusesAllResults) {
  ExperimentParams params = experiment_params();
  params.planned = {.9, .1};
  ExperimentResult const result = analyse_experiment(world(), experiment_table(world(), 400), params);
  EXPECT_TRUE(result.ratio.is_mismatch);
  EXPECT_TRUE(result.rows.empty());
  params.planned = {1};
  EXPECT_THROW(analyse_experiment(world(), experiment_table(world(), 400), params), ConfigError);
  params.planned.clear();
  params.control = "nwe";
  EXPECT_THROW(analyse_experiment(world(), experiment_table(world(), 400), params), ConfigError);
}

}  // namespace
}  // namespace tidemill::drivers
