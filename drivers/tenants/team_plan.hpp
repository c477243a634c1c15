#pragma once

#include <cstddef>
#include <vector>

namespace tidemill::drivers {

/// What a tenant's night is predicted to take: alone + shared / k seconds on k ranks.
struct TenantCost {
  double alone = 0;
  double shared = 0;
  double on(int ranks) const { return alone + shared / ranks; }
};

/// Contiguous ranks that work on a tenant together.
struct TeamRanks {
  int first = 0;
  int count = 0;
  int number = 0;  ///< tells the teams of a level apart
};

/// Levels of teams for so many ranks: in level 0 all are one team, each further one halves the teams of the one before,
/// in the last each rank is alone.
int team_levels(int ranks);
/// The team of `rank` in a level.
TeamRanks team_of(int rank, int ranks, int level);

/// Who works on which tenant.
struct TeamPlan {
  /// By level: tenants for its teams, in the order in which they are handed out: the largest cost first, equal ones by
  /// number.
  std::vector<std::vector<std::size_t>> levels;
  double seconds = 0;  ///< predicted, until the last team is done
};

/// Teams sized by cost. A tenant that one rank would hold longer than a share of the whole run goes to a team large
/// enough to stay below it. Teams of a level take its tenants one by one, whoever is free first. The share is the
/// one, of some tried, with which the predicted end comes first. The same on every rank that asks.
TeamPlan plan_teams(std::vector<TenantCost> const& costs, int ranks);

}  // namespace tidemill::drivers
