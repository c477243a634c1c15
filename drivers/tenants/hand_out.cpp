#include "drivers/tenants/hand_out.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/comm/teams.hpp"
#include "io/error.hpp"
#include "io/signals/stop_request.hpp"

namespace tidemill::drivers {
namespace {

/// Collective over the team. The next tenant's place in the level's order, or no less than `count` when there is none.
std::size_t next_place(io::Comm const& team, io::SharedCounters& counters, std::size_t level, std::size_t count) {
  std::int64_t place = static_cast<std::int64_t>(count);
  bool const is_to_stop = io::stop_requested(team);
  if (!is_to_stop && team.is_root()) place = counters.take(static_cast<int>(level));
  team.broadcast(std::span(&place, 1));
  return static_cast<std::size_t>(place);
}

}  // namespace

HandOut work_in_teams(io::Comm const& comm, TeamPlan const& plan,
                      std::function<bool(io::Comm const& team, std::size_t tenant)> const& work) {
  // All teams are made before the work: a team of a finer level may begin while other ranks are still busy.
  std::vector<std::unique_ptr<io::Team>> teams;
  for (std::size_t level = 0; level < plan.levels.size(); ++level) {
    int const number = team_of(comm.rank(), comm.size(), static_cast<int>(level)).number;
    teams.push_back(std::make_unique<io::Team>(comm, number));
  }
  io::SharedCounters counters(comm, static_cast<int>(plan.levels.size()));
  HandOut done;
  std::int64_t begun = 0, all = 0;
  for (std::size_t level = 0; level < plan.levels.size(); ++level) {
    std::vector<std::size_t> const& tenants = plan.levels[level];
    io::Team& team = *teams[level];
    all += static_cast<std::int64_t>(tenants.size());
    if (tenants.empty()) continue;
    for (std::size_t place; (place = next_place(team.comm(), counters, level, tenants.size())) < tenants.size();) {
      double const started = io::seconds_now();
      bool const is_done = work(team.comm(), tenants[place]);
      if (!team.meet(!is_done)) {
        throw Error("a rank failed alone in a team of " + std::to_string(team.comm().size()) +
                    "; run again with fewer ranks to see which tenant it was");
      }
      done.busy_seconds += io::seconds_now() - started;
      if (team.comm().is_root()) ++begun;
    }
  }
  done.not_begun = static_cast<std::size_t>(all - comm.sum(begun));
  return done;
}

}  // namespace tidemill::drivers
