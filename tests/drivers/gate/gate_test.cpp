#include "drivers/gate/gate.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "drivers/gate/paired_metrics.hpp"
#include "drivers/gate/units.hpp"
#include "drivers/metrics/regression.hpp"
#include "io/error.hpp"
#include "tests/reference/paired_bootstrap.hpp"
#include "tests/support/example_tables.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using io::Comm;
using tests::draw;
using tests::world;

/// Outcomes and predictions of `rows` rows of `units` units, this rank's part; `gain` is taken off the challenger's
/// errors.
struct GateExample {
  std::vector<std::uint64_t> unit;
  std::vector<double> actual, champion, challenger;

  GateExample(Comm const& comm, std::int64_t rows, std::int64_t units, double gain) {
    io::RowRange const mine = io::even_share(rows, comm.rank(), comm.size());
    for (std::int64_t row = mine.first; row < mine.end(); ++row) {
      unit.push_back(static_cast<std::uint64_t>(row % units) * 7919);
      actual.push_back(10 * draw(row, 1));
      double const error = draw(row, 2) - .5;
      champion.push_back(actual.back() + error);
      challenger.push_back(actual.back() + error * (1 - gain) + .2 * (draw(row, 3) - .5));
    }
  }
  PairedRows paired(std::vector<std::string> const& metrics) const {
    PairedRows rows{unit, {}};
    for (std::string const& name : metrics) rows.metrics.push_back(paired_metric(name, {actual, champion, challenger}));
    return rows;
  }
};

GateParams quick_gate() {
  GateParams params;
  params.resamples = 200;
  return params;
}

TEST(Gate, AgreesWithThePlainLoop) {
  GateExample const all(Comm::self(), 503, 61, .1);
  GateExample const mine(world(), 503, 61, .1);
  GateVerdict const verdict = judge_challenger(world(), mine.paired({"rmse"}), quick_gate());
  PairedMetric const metric = all.paired({"rmse"}).metrics[0];
  std::vector<double> const gains =
      tests::PlainGate{all.unit, metric.champion, metric.challenger, metric.denominator}.root_gains(1, 200);
  ASSERT_EQ(verdict.figures.size(), 1u);
  EXPECT_NEAR(verdict.figures[0].lower, gains[10], 1e-10);
  EXPECT_NEAR(verdict.figures[0].upper, gains[189], 1e-10);
  EXPECT_EQ(verdict.units, 61);
  EXPECT_EQ(verdict.rows, 503);
}

TEST(Gate, SameBitsForAnyNumberOfRanks) {
  for (std::int64_t const rows : {2, 40, 1000}) {
    std::vector<std::string> const metrics{"wape", "bias", "rmsle", "pinball_0.9"};
    GateVerdict const together =
        judge_challenger(world(), GateExample(world(), rows, 23, .05).paired(metrics), quick_gate());
    GateVerdict const alone =
        judge_challenger(Comm::self(), GateExample(Comm::self(), rows, 23, .05).paired(metrics), quick_gate());
    EXPECT_EQ(to_json(together), to_json(alone));
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      EXPECT_EQ(together.figures[m].lower, alone.figures[m].lower);
      EXPECT_EQ(together.figures[m].improvement, alone.figures[m].improvement);
    }
  }
}

TEST(Gate, ValuesAreThoseOfTheMetrics) {
  GateExample const mine(world(), 300, 300, .2);
  GateVerdict const verdict =
      judge_challenger(world(), mine.paired({"rmse", "mae", "mse", "rmsle", "wape", "bias"}), quick_gate());
  RegressionErrors const champion = regression_errors(world(), {mine.actual, mine.champion});
  RegressionErrors const challenger = regression_errors(world(), {mine.actual, mine.challenger});
  std::vector<double> const old_values{champion.rmse,  champion.mae,  champion.mse,
                                       champion.rmsle, champion.wape, std::abs(champion.bias)};
  for (std::size_t m = 0; m < old_values.size(); ++m) EXPECT_NEAR(verdict.figures[m].champion, old_values[m], 1e-14);
  EXPECT_DOUBLE_EQ(verdict.figures[0].challenger, challenger.rmse);
}

TEST(Gate, PromotesWhatIsBetterAndRefusesWhatIsNot) {
  EXPECT_TRUE(
      judge_challenger(world(), GateExample(world(), 2000, 200, .3).paired({"rmse", "wape"}), quick_gate()).promoted);
  GateExample same(world(), 2000, 200, .3);
  same.challenger = same.champion;
  GateVerdict const unchanged = judge_challenger(world(), same.paired({"rmse", "wape"}), quick_gate());
  EXPECT_FALSE(unchanged.promoted) << "an equal model is no gain";
  EXPECT_EQ(unchanged.figures[0].lower, 0.0);
  EXPECT_TRUE(unchanged.figures[1].passed) << "but no guardrail falls";
  GateParams refresh = quick_gate();
  refresh.is_refresh = true;
  EXPECT_TRUE(judge_challenger(world(), same.paired({"rmse", "wape"}), refresh).promoted);
  GateExample worse(world(), 2000, 200, -.5);
  EXPECT_FALSE(judge_challenger(world(), worse.paired({"rmse"}), refresh).promoted);
}

TEST(Gate, AFallingGuardrailRefuses) {
  GateExample mine(world(), 2000, 200, .6);
  for (double& value : mine.challenger) value += .25;  // a smaller spread, but always too high
  GateVerdict const verdict = judge_challenger(world(), mine.paired({"rmse", "bias"}), quick_gate());
  EXPECT_TRUE(verdict.figures[0].passed == (verdict.figures[0].lower > 0));
  EXPECT_FALSE(verdict.figures[1].passed);
  EXPECT_FALSE(verdict.promoted);
  EXPECT_NE(verdict.reason.find("guardrail bias"), std::string::npos) << verdict.reason;
}

TEST(Gate, RefusesWhatItCannotJudge) {
  GateExample few(world(), 40, 4, .9);
  EXPECT_FALSE(judge_challenger(world(), few.paired({"rmse"}), quick_gate()).promoted);
  EXPECT_FALSE(judge_challenger(world(), GateExample(world(), 0, 1, 0).paired({"rmse"}), quick_gate()).promoted);
  GateExample holes(world(), 500, 500, .9);
  if (world().is_root()) holes.challenger[0] = std::nan("");
  GateVerdict const verdict = judge_challenger(world(), holes.paired({"rmse"}), quick_gate());
  EXPECT_FALSE(verdict.promoted);
  EXPECT_NE(verdict.reason.find("cannot be computed"), std::string::npos) << verdict.reason;
  GateParams wrong;
  wrong.confidence = 1;
  EXPECT_THROW(judge_challenger(world(), few.paired({"rmse"}), wrong), ConfigError);
  EXPECT_THROW(paired_metric("rsme", {}), ConfigError);
}

/// The bound of the mean of normal differences is near the one of theory: mean - 1.645 sd / sqrt n.
TEST(Gate, BoundIsNearTheOneOfTheory) {
  PairedRows rows;
  PairedMetric metric{"mae", MetricForm::ratio, false, false, {}, {}, {}};
  io::RowRange const mine = io::even_share(1000, world().rank(), world().size());
  for (std::int64_t row = mine.first; row < mine.end(); ++row) {
    double normal = -6;
    for (std::uint32_t k = 0; k < 12; ++k) normal += draw(row, 20 + k);
    rows.unit.push_back(static_cast<std::uint64_t>(row));
    metric.champion.push_back(10 + normal);
    metric.challenger.push_back(10);
    metric.denominator.push_back(1);
  }
  rows.metrics.push_back(metric);
  GateParams params;
  params.resamples = 1000;
  GateFigure const figure = judge_challenger(world(), rows, params).figures[0];
  EXPECT_NEAR(figure.lower, figure.improvement - 1.645 / std::sqrt(1000.0), .006);
  EXPECT_NEAR(figure.upper, figure.improvement + 1.645 / std::sqrt(1000.0), .006);
}

TEST(GateUnits, DependOnTheValuesAlone) {
  std::vector<std::string> const items{"bun", "ale", "bun", "cod", "", "ale"};
  io::RowRange const mine = io::even_share(6, world().rank(), world().size());
  io::Table table;
  table.range = mine;
  table.add(io::text_column(world(), "item", {items.begin() + mine.first, items.begin() + mine.end()}));
  table.add(io::integer_column("place", std::vector<std::int64_t>(static_cast<std::size_t>(mine.count), 3)));
  std::vector<std::uint64_t> const ids = unit_ids(table, {"item", "place"});
  EXPECT_EQ(count_units(world(), ids), 4);
  std::vector<std::uint64_t> const all = world().gather_all(std::span<std::uint64_t const>(ids));
  EXPECT_EQ(all[0], all[2]);
  EXPECT_EQ(all[1], all[5]);
  EXPECT_EQ(count_units(world(), unit_ids(table, {})), 6);
}

}  // namespace
}  // namespace tidemill::drivers
