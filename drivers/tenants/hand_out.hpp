#pragma once

#include <cstddef>
#include <functional>

#include "drivers/tenants/team_plan.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// What a rank did in a run of many tenants.
struct HandOut {
  double busy_seconds = 0;    ///< of this rank inside `work`
  std::size_t not_begun = 0;  ///< of all ranks: tenants that a stop left for another run; the same on all ranks
};

/// Collective. Does `work` for every tenant of the plan, on the ranks of a team: teams take tenants from a shared
/// counter, so a free team never waits while there is one left; no rank only hands out. `work` is called on all ranks
/// of the team and returns whether it came to its end on this rank; it must not throw. After a stop (see
/// io::stop_requested) nothing more is begun. Throws Error when one rank of a team failed alone: the team's others
/// cannot be called back from where they wait.
HandOut work_in_teams(io::Comm const& comm, TeamPlan const& plan,
                      std::function<bool(io::Comm const& team, std::size_t tenant)> const& work);

}  // namespace tidemill::drivers
