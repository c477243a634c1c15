#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/store/current.hpp"
#include "io/store/lease.hpp"

namespace tidemill::io {

struct RollbackParams {
  std::filesystem::path tenant;  ///< STORE/TENANT
  std::string night;             ///< name of a night; empty: the one that was current before
  bool verify = true;            ///< read every byte of the night; false: only that its files are there
};

/// What a rollback changes, all of it known before anything is touched.
struct RollbackPlan {
  std::string from, to;                         ///< nights; equal: nothing to do. `from` is empty without a current one
  bool was_interrupted = false;                 ///< finishes what an interrupted rollback began
  std::vector<std::string> left;                ///< nights newer than `to` up to `from`: no longer in use
  std::vector<std::string> changed;             ///< files that are there in both and differ
  std::vector<std::string> only_from, only_to;  ///< files that only one of the two has
  /// Entries of aliases.json that differ: before and after, empty where there is none.
  std::map<std::string, std::pair<std::string, std::string>> aliases;
};

/// Collective. Finds the night to go to and verifies it. Without a name it is the night that was current before, by the
/// audit log, so that a second rollback goes forward again, and an interrupted one is finished; where the log knows
/// none, the next older one. Throws ConfigError for a name that no night has (with the nearest), DataError for a
/// damaged one.
RollbackPlan plan_rollback(Comm const& comm, RollbackParams const& params);

/// Collective. Points `current` to plan.to. Throws Error (exit code locked) when the lease was lost or `current` is not
/// plan.from any more. The result is root's.
CurrentMove apply_rollback(Comm const& comm, Lease const& lease, RollbackParams const& params,
                           RollbackPlan const& plan);

}  // namespace tidemill::io
