#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tidemill::io {

/// One line of STORE/TENANT/audit.jsonl: who did what when. `details` depend on the action; those that move `current`
/// have state (started, done), from and to.
struct AuditEntry {
  std::int64_t sequence = 0;  ///< 1, 2, 3, ...
  std::string time;           ///< UTC
  std::string user, host, job;
  std::string action;  ///< publish, promote, rollback, gc, pin, unpin, found
  std::map<std::string, std::string> details;
  std::string previous;  ///< SHA-256 of the line before, without its end; 64 zeros in the first

  std::string detail(std::string const& name) const;  ///< empty when there is none
};

/// What the log holds and whether it is what was written.
struct AuditLog {
  std::vector<AuditEntry> entries;  ///< all lines that can be read, in file order
  std::vector<std::string> faults;  ///< lines changed, removed, put in or out of order; a tail cut off
  std::vector<std::string> notes;   ///< what an interrupted writer left, mended by the next entry
  std::string head;                 ///< SHA-256 of the last whole line: note it elsewhere to find a log written anew
};

/// Not collective; the caller holds the tenant's lease. Adds a line and syncs it, then replaces audit.head, which keeps
/// the number and SHA-256 of the last line, so that a tail that is cut off is missed. A last line torn by a kill is
/// removed first. A log that was tampered with goes on with a number that shows the gap for ever. Throws Error when the
/// disk is full; the log is then as it was.
void append_audit(std::filesystem::path const& tenant, std::string const& action,
                  std::map<std::string, std::string> const& details);

/// Not collective. Reads and checks all; a tenant without a log has an empty one.
AuditLog read_audit(std::filesystem::path const& tenant);

/// As one JSON object.
std::string to_json(AuditEntry const& entry);

}  // namespace tidemill::io
