#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "drivers/baseline/baseline_model.hpp"
#include "drivers/linear/linear_model.hpp"
#include "drivers/metrics/regression.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "tests/support/example_tables.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using io::Comm;
using tests::ScratchFolder;
using tests::world;

LearningData example(Comm const& comm, std::int64_t rows, std::string const& target, Task task) {
  std::vector<std::string> others{"amount", "class", "size", "count"};
  std::erase(others, target);
  return make_learning_data(comm, tests::learning_table(comm, rows), {target, others, {}, ""}, task);
}

TEST(Linear, RecoversCoefficients) {
  LearningData const data = example(world(), 9000, "amount", Task::regression);
  LinearParams params;
  params.ridge = 1e-9;
  auto const model = LinearModel::train(world(), data, params);
  std::vector<std::string> const expected{
      "(constant)",    "x1",           "x2", "x3", "x3 is missing", "kind = kind 0", "kind = kind 1",
      "kind = kind 2", "kind = kind 3"};
  ASSERT_EQ(model->coefficient_names(), expected);
  std::vector<double> const& b = model->coefficients()[0];
  double const sd = std::sqrt(1.0 / 12);
  EXPECT_NEAR(b[1], 3 * sd, .01);
  EXPECT_NEAR(b[2], -2 * sd, .01);
  EXPECT_NEAR(b[3], 0, .01);
  EXPECT_NEAR(b[8] - b[5], 1.5, .01);
  std::vector<double> const predicted = model->predict(world(), data.features);
  EXPECT_NEAR(regression_errors(world(), {data.target, predicted}).rmse, .2 / std::sqrt(12.0), .001);
}

TEST(Linear, LogisticBalancesItsGradient) {
  LearningData data = example(world(), 6000, "class", Task::binary);
  ASSERT_EQ(data.classes, (std::vector<std::string>{"no", "yes"}));
  LinearParams params;
  params.ridge = 0;
  auto const model = LinearModel::train(world(), data, params);
  std::vector<double> const p = model->predict(world(), data.features);
  // At the maximum of the likelihood predicted and actual sums agree for every column of the design.
  double actual = 0, predicted = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    actual += data.target[i] * data.features.columns[0].reals[i];
    predicted += p[i] * data.features.columns[0].reals[i];
  }
  std::vector<double> const sums = world().gather_all(actual - predicted);
  double difference = 0;
  for (double const sum : sums) difference += sum;
  EXPECT_NEAR(difference, 0, 1e-4);
}

TEST(Linear, PoissonKeepsTheMean) {
  LearningData const data = example(Comm::self(), 5000, "count", Task::poisson);
  LinearParams params;
  params.ridge = 0;
  auto const model = LinearModel::train(Comm::self(), data, params);
  std::vector<double> const p = model->predict(Comm::self(), data.features);
  RegressionErrors const errors = regression_errors(Comm::self(), {data.target, p});
  EXPECT_NEAR(errors.bias, 0, 1e-6);
  EXPECT_GT(errors.r2, .1);
}

TEST(Linear, LassoDropsWhatDoesNotMatter) {
  LearningData const data = example(world(), 5000, "amount", Task::regression);
  LinearParams params;
  params.lasso = .05;
  auto const model = LinearModel::train(world(), data, params);
  EXPECT_EQ(model->coefficients()[0][3], 0);
  EXPECT_GT(model->coefficients()[0][1], .5);
}

TEST(Linear, QuantilesAreRefused) {
  LearningData const data = example(world(), 100, "amount", Task::quantile);
  EXPECT_THROW(LinearModel::train(world(), data, {}), ConfigError);
}

/// Digest of a model file over `comm`.
template <class Train>
std::string digest_over(Comm const& comm, std::filesystem::path const& path, Train train) {
  auto const model = train(comm);
  return io::commit_hdf5(comm, path, {"model", "", 1, {}}, [&](io::Hdf5File& file) { model->save(file); });
}

TEST(Linear, DigestDoesNotDependOnTheNumberOfRanks) {
  ScratchFolder const folder;
  struct Case {
    std::string target;
    Task task;
    double lasso;
  };
  for (Case const& one :
       {Case{"amount", Task::regression, 0}, Case{"amount", Task::regression, .01}, Case{"class", Task::binary, 0},
        Case{"size", Task::multiclass, .001}, Case{"count", Task::poisson, 0}, Case{"count", Task::tweedie, 0}}) {
    for (std::int64_t const rows : {3, 9001}) {
      if (rows == 3 && is_classification(one.task)) continue;
      auto const train = [&](Comm const& comm) {
        LinearParams params;
        params.lasso = one.lasso;
        return LinearModel::train(comm, example(comm, rows, one.target, one.task), params);
      };
      std::string const together = digest_over(world(), folder / "together.h5", train);
      std::string alone;
      if (world().is_root()) alone = digest_over(Comm::self(), folder / "alone.h5", train);
      EXPECT_EQ(world().broadcast(alone), together) << one.target << " " << rows;
    }
  }
}

TEST(Linear, ComesBackFromItsFile) {
  ScratchFolder const folder;
  LearningData const data = example(world(), 500, "size", Task::multiclass);
  auto const model = LinearModel::train(world(), data, {});
  io::commit_hdf5(world(), folder / "m.h5", {"model", "", 1, {}}, [&](io::Hdf5File& file) { model->save(file); });
  io::Hdf5File file = io::Hdf5File::open(world(), folder / "m.h5");
  auto const back = LinearModel::load(file);
  EXPECT_EQ(back->predict(world(), data.features), model->predict(world(), data.features));
  EXPECT_EQ(back->coefficient_names(), model->coefficient_names());
}

TEST(Baseline, IsTheBestConstant) {
  LearningData data = example(world(), 101, "amount", Task::regression);
  data.weight.assign(data.target.size(), 2.0);
  auto const everyones = world().gather_all(std::span<double const>(data.target));
  double mean = 0;
  for (double const y : everyones) mean += y / 101;
  EXPECT_NEAR(BaselineModel::train(world(), data, {})->values()[0], mean, 1e-12);
  data.task = Task::quantile;
  std::vector<double> sorted = everyones;
  std::sort(sorted.begin(), sorted.end());
  auto const median = BaselineModel::train(world(), data, {.5});
  EXPECT_EQ(median->values(), (std::vector<double>{sorted[50]}));
  LearningData const sizes = example(world(), 200, "size", Task::multiclass);
  auto const shares = BaselineModel::train(world(), sizes, {})->values();
  EXPECT_NEAR(shares[0] + shares[1] + shares[2], 1, 1e-12);
}

}  // namespace
}  // namespace tidemill::drivers
