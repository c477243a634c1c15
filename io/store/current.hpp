#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "io/store/audit.hpp"
#include "io/store/lease_file.hpp"

namespace tidemill::io {

/// How TENANT/current moves from night to night, with the audit log beside it. Not collective.

/// What the log knows of `current`.
struct CurrentHistory {
  std::vector<AuditEntry> moves;   ///< finished ones, oldest first
  std::string interrupted_to;      ///< night of a move that was started last and whose end is not in the log; or empty
  std::string interrupted_action;  ///< publish, promote or rollback

  /// The night that was current before `current`, among those that `exists` says are there; empty when none.
  std::string before(std::string const& current, std::vector<std::string> const& existing) const;
};
CurrentHistory current_history(AuditLog const& log);

/// What happened when `current` was to move.
struct CurrentMove {
  std::string from, to;
  bool moved = false;       ///< false: it pointed there already
  std::string audit_fault;  ///< why the log could not be written; the move was made all the same
};

/// Points TENANT/current to nights/`night` by one rename, checked against the lease right before it. Logs the start
/// before and the end after it. A log that can not be written (a full disk) does not hold up the move.
/// Throws Error (exit code locked) when the lease was lost; `current` is then as it was.
CurrentMove move_current(LeaseFile const& lease, std::filesystem::path const& tenant, std::string const& night,
                         std::string const& action, std::map<std::string, std::string> const& details = {});

/// Adds what the log misses of `current` because a run was ended between the move and the log, because the disk was
/// full, or because somebody moved it by hand. For holders of the lease. Returns why the log could not be written, or
/// an empty text.
std::string catch_up_audit(std::filesystem::path const& tenant);

}  // namespace tidemill::io
