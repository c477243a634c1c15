#include "drivers/gate/paired_ranking.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "drivers/interactions/pair_rows.hpp"
#include "drivers/interactions/realign.hpp"
#include "drivers/metrics/ranking.hpp"
#include "io/error.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::world;

struct RankedPair {
  std::int64_t user, item, place;
};

/// Pairs given on the root, of the users and items of `like` where there is one.
Interactions ranked_pairs(std::vector<RankedPair> const& pairs, Interactions const* like = nullptr) {
  PairRows rows;
  for (RankedPair const& pair : world().is_root() ? pairs : std::vector<RankedPair>()) {
    rows.user.integers.push_back(pair.user);
    rows.item.integers.push_back(pair.item);
    rows.time.push_back(pair.place);
    rows.order.push_back(rows.size());
  }
  Interactions gathered = gather_interactions(world(), rows);
  return like == nullptr ? gathered : in_terms_of(world(), gathered, *like);
}

/// Of users 0 .. 23, all with the items 0 .. 6; even ones are asked to find 0, 2 and 5, odd ones nothing.
struct PairedExample {
  Interactions all, relevant, good, poor;

  PairedExample() {
    std::vector<RankedPair> every, wanted, best, worse;
    for (std::int64_t user = 0; user < 24; ++user) {
      for (std::int64_t item = 0; item < 7; ++item) every.push_back({user, item, item});
      for (std::int64_t place = 0; place < 5; ++place) {
        best.push_back({user, place, place});       // a b c d e: hits a and c
        worse.push_back({user, 6 - place, place});  // g f e d c: hits f and c
      }
      for (std::int64_t const item : {0, 2, 5}) {
        if (user % 2 == 0) wanted.push_back({user, item, 0});
      }
    }
    all = ranked_pairs(every);
    relevant = ranked_pairs(wanted, &all);
    good = ranked_pairs(best, &all);
    poor = ranked_pairs(worse, &all);
  }
};

TEST(PairedRanking, WorkedNumbersAndTheirVerdict) {
  PairedExample const example;
  PairedRows const rows =
      paired_ranking(world(), {example.relevant, example.poor, example.good}, {"ndcg", "recall", "precision"}, 5);
  EXPECT_EQ(world().sum(static_cast<std::int64_t>(rows.unit.size())), 12);
  GateParams params;
  params.resamples = 100;
  GateVerdict const verdict = judge_challenger(world(), rows, params);
  EXPECT_EQ(verdict.units, 12);
  EXPECT_TRUE(verdict.promoted) << verdict.reason;
  double const ideal = 1 + 1 / std::log2(3.0) + 1 / std::log2(4.0);
  EXPECT_NEAR(verdict.figures[0].challenger, .703918, 1e-6);
  EXPECT_NEAR(verdict.figures[0].champion, (1 / std::log2(3.0) + 1 / std::log2(6.0)) / ideal, 1e-12);
  EXPECT_NEAR(verdict.figures[1].challenger, 2.0 / 3, 1e-12);
  EXPECT_EQ(verdict.figures[1].improvement, 0);
  EXPECT_NEAR(verdict.figures[2].champion, .4, 1e-12);
  // The other way round it stays out.
  GateVerdict const back = judge_challenger(
      world(), paired_ranking(world(), {example.relevant, example.good, example.poor}, {"ndcg"}, 5), params);
  EXPECT_FALSE(back.promoted);
}

TEST(PairedRanking, MeansOverUsersAreTheUsualMetrics) {
  PairedExample const example;
  RankingQuality const quality = ranking_quality(world(), {example.relevant, example.poor}, 3);
  for (std::string const& name : user_metric_names()) {
    double sum = 0;
    for (double const value : metric_of_users(example.relevant, example.poor, name, 3)) {
      sum += std::isnan(value) ? 0 : value * 1024;
    }
    EXPECT_NEAR(static_cast<double>(world().sum(std::llround(sum * 1e6))) / 1024e6 / 12, quality.metrics.at(name), 1e-8)
        << name;
  }
}

TEST(PairedRanking, PairsAreMatchedByTheirIds) {
  PairedExample const example;
  // Item 5 of everyone, and what the example does not know; then what is left to be found.
  Interactions const seen = ranked_pairs({{0, 5, 0}, {2, 5, 0}, {2, 77, 0}, {99, 5, 0}}, &example.all);
  EXPECT_EQ(world().sum(seen.size()), 2);
  Interactions const left = without_pairs(example.relevant, seen);
  EXPECT_EQ(world().sum(left.size()), 12 * 3 - 2);
  for (std::int64_t u = 0; u < left.users.count; ++u) {
    std::int64_t const user = left.users.first + u;
    std::size_t const expected = user % 2 == 1 ? 0 : user <= 2 ? 2 : 3;
    EXPECT_EQ(left.items_of(u).size(), expected) << user;
    EXPECT_EQ(left.user_ids.text(u), std::to_string(user));
  }
}

TEST(PairedRanking, UnknownMetricsNameTheNearest) {
  EXPECT_THROW(check_ranking_metrics({"ndcg", "precision_micro_min"}, "x"), ConfigError);
  EXPECT_THROW(check_ranking_metrics({}, "x"), ConfigError);
  EXPECT_NO_THROW(check_ranking_metrics({"ndcg", "recall"}, "x"));
}

}  // namespace
}  // namespace tidemill::drivers
