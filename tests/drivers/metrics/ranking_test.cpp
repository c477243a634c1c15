#include "drivers/metrics/ranking.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "drivers/interactions/pair_rows.hpp"
#include "kernels/random/philox.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::world;

/// Pairs of integer ids given on the root only; `time` is the place in the list.
struct Triple {
  std::int64_t user, item, time;
};
PairRows rows_of(std::vector<Triple> const& triples) {
  PairRows rows;
  if (!world().is_root()) return rows;
  for (Triple const& t : triples) {
    rows.user.integers.push_back(t.user);
    rows.item.integers.push_back(t.item);
    rows.time.push_back(t.time);
    rows.order.push_back(rows.size());
  }
  return rows;
}

struct Judged {
  Interactions relevant, lists;
};
Judged judged_of(std::vector<Triple> const& relevant, std::vector<Triple> const& lists, std::int64_t items) {
  EntityIds users, item_ids;
  std::set<std::int64_t> seen;
  for (Triple const& t : relevant) seen.insert(t.user);
  for (Triple const& t : lists) seen.insert(t.user);
  users.integers.assign(seen.begin(), seen.end());
  for (std::int64_t i = 0; i < items; ++i) item_ids.integers.push_back(i);
  GatherOptions options;
  options.users = &users;
  options.items = &item_ids;
  Judged judged;
  judged.relevant = gather_interactions(world(), rows_of(relevant), options);
  judged.relevant.value.clear();
  options.users_here = &judged.relevant.users;
  judged.lists = gather_interactions(world(), rows_of(lists), options);
  return judged;
}

TEST(RankingMetrics, WorkedNumbers) {
  // List a b c d e = 0 1 2 3 4, relevant {a, c, f} = {0, 2, 5}.
  Judged const judged =
      judged_of({{7, 0, 0}, {7, 2, 0}, {7, 5, 0}}, {{7, 0, 1}, {7, 1, 2}, {7, 2, 3}, {7, 3, 4}, {7, 4, 5}}, 6);
  RankingQuality const five = ranking_quality(world(), {judged.relevant, judged.lists}, 5);
  EXPECT_EQ(five.users, 1);
  EXPECT_NEAR(five.metrics.at("precision"), .4, 1e-12);
  EXPECT_NEAR(five.metrics.at("recall"), .666667, 5e-7);
  EXPECT_NEAR(five.metrics.at("map"), .555556, 5e-7);
  EXPECT_NEAR(five.metrics.at("map_min"), .555556, 5e-7);
  EXPECT_NEAR(five.metrics.at("ndcg"), .703918, 5e-7);
  EXPECT_NEAR(five.metrics.at("precision_micro_min"), 2.0 / 3, 1e-12);
  EXPECT_EQ(five.metrics.at("mrr"), 1);
  EXPECT_EQ(five.metrics.at("hit"), 1);
  EXPECT_EQ(five.metrics.count("coverage"), 0U);
  RankingQuality const two = ranking_quality(world(), {judged.relevant, judged.lists}, 2);
  EXPECT_NEAR(two.metrics.at("recall"), .333333, 5e-7);
  EXPECT_NEAR(two.metrics.at("recall_min"), .5, 1e-12);
  EXPECT_NEAR(two.metrics.at("map"), .333333, 5e-7);
  EXPECT_NEAR(two.metrics.at("map_min"), .5, 1e-12);
  EXPECT_NEAR(two.metrics.at("ndcg"), .613147, 5e-7);
}

TEST(RankingMetrics, GiniAndNovelty) {
  EXPECT_NEAR(gini({6, 0, 3, 1, 0}), .6, 1e-12);
  EXPECT_NEAR(gini({2, 2, 2}), 0, 1e-12);
  EXPECT_TRUE(std::isnan(gini({0, 0})));
  // One list of items with 50, 10 and 1 of 100 users.
  Judged const judged = judged_of({{1, 0, 0}}, {{1, 0, 1}, {1, 1, 2}, {1, 2, 3}}, 3);
  std::vector<std::int64_t> const counts{50, 10, 1};
  RankingQuality const quality = ranking_quality(world(), {judged.relevant, judged.lists, counts, 100}, 3);
  EXPECT_NEAR(quality.metrics.at("novelty"), 3.655261, 5e-7);
  EXPECT_NEAR(quality.metrics.at("avg_popularity"), 61.0 / 3, 1e-12);
  EXPECT_EQ(quality.metrics.at("coverage"), 1);
  EXPECT_EQ(quality.metrics.at("tail_share"), 0);
}

TEST(RankingMetrics, UsersWithoutRelevantItemsAreSkippedAndUsersWithoutListCountZero) {
  Judged const judged = judged_of({{1, 0, 0}, {2, 1, 0}}, {{1, 0, 1}, {3, 0, 1}}, 2);
  RankingQuality const quality = ranking_quality(world(), {judged.relevant, judged.lists}, 1);
  EXPECT_EQ(quality.users, 2);
  EXPECT_EQ(quality.skipped, 1);
  EXPECT_EQ(quality.without_list, 1);
  EXPECT_EQ(quality.metrics.at("recall"), .5);
}

TEST(RankingMetrics, GradedGains) {
  Judged judged = judged_of({{1, 0, 0}, {1, 1, 0}, {1, 2, 0}}, {{1, 2, 1}, {1, 0, 2}}, 3);
  if (judged.relevant.users.count > 0) judged.relevant.value = {3, 1, 2};
  RankingQuality const quality = ranking_quality(world(), {judged.relevant, judged.lists}, 2);
  double const second = 1 / std::log2(3.0);
  EXPECT_NEAR(quality.metrics.at("ndcg_linear"), (2 + 3 * second) / (3 + 2 * second), 1e-12);
  EXPECT_NEAR(quality.metrics.at("ndcg_exp"), (3 + 7 * second) / (7 + 3 * second), 1e-12);
  EXPECT_NEAR(quality.metrics.at("ndcg"), 1, 1e-12);
}

struct Drawn {
  std::vector<Triple> relevant, lists;
};
/// Random lists and truths of 40 users; users are renamed by `rename`, the order of the rows reversed when asked for.
Drawn draw_all(std::int64_t rename, bool reversed) {
  Drawn drawn;
  for (std::int64_t user = 0; user < 40; ++user) {
    std::set<std::int64_t> listed;
    for (std::uint32_t i = 0; i < 14; ++i) {
      auto const block = kernels::Philox::block(5, static_cast<std::uint64_t>(user), i, 0);
      if (i < 9 && listed.insert(block.word[0] % 30).second) {
        drawn.lists.push_back({user * rename, block.word[0] % 30, static_cast<std::int64_t>(i)});
      }
      if (block.word[1] % 3 == 0 && user % 7 != 0) drawn.relevant.push_back({user * rename, block.word[2] % 30, 0});
    }
  }
  if (reversed) {
    std::reverse(drawn.relevant.begin(), drawn.relevant.end());
    std::reverse(drawn.lists.begin(), drawn.lists.end());
  }
  return drawn;
}

/// Plain double loops over sets, one metric at a time.
double reference_recall(Drawn const& drawn, int k) {
  std::map<std::int64_t, std::set<std::int64_t>> relevant;
  std::map<std::int64_t, std::vector<std::int64_t>> lists;
  for (Triple const& t : drawn.relevant) relevant[t.user].insert(t.item);
  for (Triple const& t : drawn.lists) lists[t.user].push_back(t.item);
  double sum = 0;
  for (auto const& [user, wanted] : relevant) {
    double hits = 0;
    for (std::size_t i = 0; i < lists[user].size() && i < static_cast<std::size_t>(k); ++i) {
      hits += static_cast<double>(wanted.count(lists[user][i]));
    }
    sum += hits / static_cast<double>(wanted.size());
  }
  return sum / static_cast<double>(relevant.size());
}

TEST(RankingMetrics, DoNotDependOnOrderNamesOrRanks) {
  Drawn const plain = draw_all(1, false), other = draw_all(-3, true);
  Judged const a = judged_of(plain.relevant, plain.lists, 30), b = judged_of(other.relevant, other.lists, 30);
  std::vector<std::int64_t> counts;
  for (std::int64_t i = 0; i < 30; ++i) counts.push_back(i * 7 % 11);
  for (int const k : {1, 3, 8, 50}) {
    RankingQuality const first = ranking_quality(world(), {a.relevant, a.lists, counts, 12}, k);
    RankingQuality const second = ranking_quality(world(), {b.relevant, b.lists, counts, 12}, k);
    EXPECT_EQ(first.metrics, second.metrics);
    EXPECT_GT(first.skipped, 0);
    EXPECT_NEAR(first.metrics.at("recall"), reference_recall(plain, k), 1e-12);
    EXPECT_EQ(first.metrics.size(), ranking_metric_names().size() + exposure_metric_names().size());
  }
}

}  // namespace
}  // namespace tidemill::drivers
