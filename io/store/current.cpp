#include "io/store/current.hpp"

#include <algorithm>

#include "io/error.hpp"
#include "io/store/night_list.hpp"
#include "io/store/posix.hpp"

namespace tidemill::io {
namespace {

namespace fs = std::filesystem;

using AuditDetails = std::map<std::string, std::string>;

/// Empty, or why the log could not be written.
std::string try_append(fs::path const& tenant, std::string const& action, AuditDetails details,
                       std::string const& state) {
  details["state"] = state;
  try {
    append_audit(tenant, action, details);
  } catch (std::exception const& error) {
    return error.what();
  }
  return "";
}

void swap_link(LeaseFile const& lease, fs::path const& tenant, std::string const& night) {
  fs::path const link = tenant / "current";
  fs::path const fresh = lease.private_name(link);
  remove_if_present(fresh);
  // A relative link, so that a store can be moved as a whole.
  make_link(fs::path("nights") / night, fresh);
  lease.publish(fresh, link);
}

}  // namespace

std::string CurrentHistory::before(std::string const& current, std::vector<std::string> const& existing) const {
  for (auto move = moves.rbegin(); move != moves.rend(); ++move) {
    for (std::string const& night : {move->detail("to"), move->detail("from")}) {
      if (night != current && std::find(existing.begin(), existing.end(), night) != existing.end()) return night;
    }
  }
  return "";
}

CurrentHistory current_history(AuditLog const& log) {
  CurrentHistory history;
  for (AuditEntry const& entry : log.entries) {
    if (entry.detail("to").empty()) continue;
    bool const is_done = entry.detail("state") == "done";
    if (is_done) history.moves.push_back(entry);
    history.interrupted_to = is_done ? "" : entry.detail("to");
    history.interrupted_action = is_done ? "" : entry.action;
  }
  return history;
}

CurrentMove move_current(LeaseFile const& lease, fs::path const& tenant, std::string const& night,
                         std::string const& action, AuditDetails const& details) {
  CurrentMove move;
  move.audit_fault = catch_up_audit(tenant);
  move.from = current_night(tenant);
  move.to = night;
  if (move.from == night) return move;
  AuditDetails entry = details;
  entry["from"] = move.from;
  entry["to"] = night;
  entry["lease"] = std::to_string(lease.number());
  std::string const before = try_append(tenant, action, entry, "started");
  swap_link(lease, tenant, night);
  move.moved = true;
  std::string const after = try_append(tenant, action, entry, "done");
  for (std::string const& fault : {before, after}) {
    if (move.audit_fault.empty()) move.audit_fault = fault;
  }
  return move;
}

std::string catch_up_audit(fs::path const& tenant) {
  std::string const current = current_night(tenant);
  CurrentHistory history;
  try {
    history = current_history(read_audit(tenant));
  } catch (std::exception const& error) {
    return error.what();
  }
  std::string const known = history.moves.empty() ? "" : history.moves.back().detail("to");
  if (current == known || current.empty()) return "";
  AuditDetails details{{"from", known}, {"to", current}};
  if (current != history.interrupted_to) return try_append(tenant, "found", details, "done");
  details["mended"] = "its run was ended before it could say so";
  return try_append(tenant, history.interrupted_action, details, "done");
}

}  // namespace tidemill::io
