#include "drivers/tenants/team_plan.hpp"

#include <algorithm>
#include <numeric>

namespace tidemill::drivers {
namespace {

/// Of a rank's mean load: how long one rank may be held by one tenant. The first takes no team at all.
constexpr double shares_tried[]{1e300, 2, 1, 0.5, 0.25, 0.125};

std::vector<TeamRanks> teams_of_level(int ranks, int level) {
  std::vector<TeamRanks> teams;
  for (int rank = 0; rank < ranks; rank = teams.back().first + teams.back().count) {
    teams.push_back(team_of(rank, ranks, level));
  }
  return teams;
}

int smallest_team(std::vector<TeamRanks> const& teams) {
  return std::min_element(teams.begin(), teams.end(), [](auto const& a, auto const& b) { return a.count < b.count; })
      ->count;
}

/// The finest level whose every team is done with the tenant in time.
std::size_t level_for(TenantCost const& cost, std::vector<std::vector<TeamRanks>> const& levels, double seconds) {
  for (std::size_t level = levels.size(); level-- > 1;) {
    if (cost.on(smallest_team(levels[level])) <= seconds) return level;
  }
  return 0;
}

/// Plays the run: a team takes its level's next tenant when all of its ranks are free.
double predicted_end(TeamPlan const& plan, std::vector<std::vector<TeamRanks>> const& levels,
                     std::vector<TenantCost> const& costs, int ranks) {
  std::vector<double> busy(static_cast<std::size_t>(ranks));
  for (std::size_t level = 0; level < levels.size(); ++level) {
    for (std::size_t const tenant : plan.levels[level]) {
      TeamRanks const* next = nullptr;
      double start = 0;
      for (TeamRanks const& team : levels[level]) {
        auto const first = busy.begin() + team.first;
        double const free = *std::max_element(first, first + team.count);
        if (next != nullptr && free >= start) continue;
        next = &team;
        start = free;
      }
      std::fill_n(busy.begin() + next->first, next->count, start + costs[tenant].on(next->count));
    }
  }
  return *std::max_element(busy.begin(), busy.end());
}

}  // namespace

int team_levels(int ranks) {
  int levels = 1;
  while ((1 << (levels - 1)) < ranks) ++levels;
  return levels;
}

TeamRanks team_of(int rank, int ranks, int level) {
  TeamRanks team{0, ranks, 0};
  for (; level > 0 && team.count > 1; --level) {
    int const left = (team.count + 1) / 2;
    bool const is_left = rank < team.first + left;
    team = {is_left ? team.first : team.first + left, is_left ? left : team.count - left, 0};
  }
  team.number = team.first;
  return team;
}

TeamPlan plan_teams(std::vector<TenantCost> const& costs, int ranks) {
  std::vector<std::vector<TeamRanks>> levels;
  for (int level = 0; level < team_levels(ranks); ++level) levels.push_back(teams_of_level(ranks, level));
  std::vector<std::size_t> by_cost(costs.size());
  std::iota(by_cost.begin(), by_cost.end(), std::size_t{0});
  std::stable_sort(by_cost.begin(), by_cost.end(),
                   [&](std::size_t a, std::size_t b) { return costs[a].on(1) > costs[b].on(1); });
  double total = 0;
  for (std::size_t const tenant : by_cost) total += costs[tenant].on(1);
  TeamPlan best;
  for (double const share : shares_tried) {
    TeamPlan plan;
    plan.levels.resize(levels.size());
    for (std::size_t const tenant : by_cost) {
      plan.levels[level_for(costs[tenant], levels, share * total / ranks)].push_back(tenant);
    }
    plan.seconds = predicted_end(plan, levels, costs, ranks);
    if (best.levels.empty() || plan.seconds < best.seconds) best = std::move(plan);
  }
  return best;
}

}  // namespace tidemill::drivers
