#include "io/comm/teams.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "drivers/tenants/hand_out.hpp"
#include "drivers/tenants/team_plan.hpp"
#include "io/error.hpp"
#include "io/signals/stop_request.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::world;

std::vector<TenantCost> equal_costs(std::size_t tenants, double alone, double shared) {
  return std::vector<TenantCost>(tenants, TenantCost{alone, shared});
}

TEST(TenantTeams, LevelsHalveTheRanks) {
  EXPECT_EQ(team_levels(1), 1);
  EXPECT_EQ(team_levels(2), 2);
  EXPECT_EQ(team_levels(5), 4);
  EXPECT_EQ(team_of(3, 5, 0).count, 5);
  EXPECT_EQ(team_of(2, 5, 1).count, 3);
  EXPECT_EQ(team_of(3, 5, 1).first, 3);
  for (int ranks = 1; ranks <= 9; ++ranks) {
    for (int rank = 0; rank < ranks; ++rank) {
      TeamRanks const alone = team_of(rank, ranks, team_levels(ranks) - 1);
      EXPECT_EQ(alone.count, 1) << rank << " of " << ranks;
      EXPECT_EQ(alone.first, rank);
    }
  }
}

TEST(TenantTeams, SmallTenantsGoToSingleRanksLargestFirst) {
  std::vector<TenantCost> costs = equal_costs(100, 0.5, 0.1);
  costs[40].alone = 2;
  costs[7].alone = 3;
  TeamPlan const plan = plan_teams(costs, 4);
  ASSERT_EQ(plan.levels.size(), 3u);
  EXPECT_TRUE(plan.levels[0].empty() && plan.levels[1].empty());
  ASSERT_EQ(plan.levels[2].size(), 100u);
  EXPECT_EQ(plan.levels[2][0], 7u);
  EXPECT_EQ(plan.levels[2][1], 40u);
  EXPECT_EQ(plan.levels[2][2], 0u);
  EXPECT_EQ(plan.levels[2][99], 99u);
}

TEST(TenantTeams, ATenantThatOutweighsTheOthersGetsAllRanks) {
  std::vector<TenantCost> costs = equal_costs(20, 0.1, 1);
  costs[5] = {1, 300};
  TeamPlan const plan = plan_teams(costs, 4);
  EXPECT_EQ(plan.levels[0], std::vector<std::size_t>{5});
  EXPECT_LT(plan.seconds, 1 + 300 / 4.0 + 10);
  // One that more ranks do not speed up stays alone.
  costs[5] = {300, 1};
  EXPECT_TRUE(plan_teams(costs, 4).levels[0].empty());
}

TEST(TenantTeams, EveryTenantIsHandedOutOnceAndTeamsAreWhole) {
  std::vector<TenantCost> costs = equal_costs(12, 0.1, 1);
  costs[3] = {1, 500};
  TeamPlan const plan = plan_teams(costs, world().size());
  std::vector<std::int64_t> times(costs.size());
  int largest = 0;
  HandOut const done = work_in_teams(world(), plan, [&](io::Comm const& team, std::size_t tenant) {
    if (team.is_root()) ++times[tenant];
    if (tenant == 3) largest = team.size();
    EXPECT_EQ(team.sum(1), team.size());
    return tenant % 5 != 0;
  });
  world().sum(std::span<std::int64_t>(times));
  EXPECT_TRUE(std::all_of(times.begin(), times.end(), [](std::int64_t n) { return n == 1; }));
  EXPECT_EQ(largest, world().size());
  EXPECT_EQ(done.not_begun, 0u);
}

TEST(TenantTeams, AStopLeavesTheRestForAnotherRun) {
  io::watch_stop_signals();
  TeamPlan const plan = plan_teams(equal_costs(40, 1, 0), world().size());
  std::int64_t begun = 0;
  HandOut const done = work_in_teams(world(), plan, [&](io::Comm const&, std::size_t) {
    if (++begun == 2) std::raise(SIGUSR1);
    return true;
  });
  io::forget_stop_request();
  EXPECT_EQ(begun, 2);
  EXPECT_EQ(done.not_begun, static_cast<std::size_t>(40 - 2 * world().size()));
}

TEST(TenantTeams, CountersGiveEachNumberOnce) {
  io::SharedCounters counters(world(), 2);
  std::vector<std::int64_t> mine;
  for (int i = 0; i < 10; ++i) mine.push_back(counters.take(1));
  EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
  std::vector<std::int64_t> all = world().gather_all(std::span<std::int64_t const>(mine));
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], static_cast<std::int64_t>(i));
  world().barrier();
  EXPECT_EQ(world().min(counters.take(0)), 0);
}

TEST(TenantTeams, ARankThatFailedAloneIsNotWaitedForForEver) {
  io::Team team(world(), 0);
  EXPECT_TRUE(team.meet(false));
  EXPECT_TRUE(team.meet(true));
  // The others come later than it is ready to wait.
  if (world().is_root() && world().size() > 1) {
    EXPECT_FALSE(team.meet(true, 0.0));
    world().barrier();
  } else {
    world().barrier();
    EXPECT_TRUE(team.meet(false));
  }
}

}  // namespace
}  // namespace tidemill::drivers
