#include "io/store/audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "io/digest/sha256.hpp"
#include "io/error.hpp"
#include "io/store/place.hpp"
#include "io/store/posix.hpp"

namespace tidemill::io {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AuditEntry, sequence, time, user, host, job, action, details, previous)

namespace {

namespace fs = std::filesystem;

std::string const no_line_before(64, '0');

fs::path log_path(fs::path const& tenant) { return tenant / "audit.jsonl"; }
fs::path head_path(fs::path const& tenant) { return tenant / "audit.head"; }

/// What audit.head says of the last line.
struct AuditHead {
  std::int64_t sequence = 0;
  std::string digest = no_line_before;
};

std::string bytes_if_there(fs::path const& path) { return fs::exists(path) ? read_file(path) : ""; }

AuditHead read_audit_head(fs::path const& tenant, std::vector<std::string>& faults) {
  std::string const text = bytes_if_there(head_path(tenant));
  if (text.empty()) return {};
  try {
    auto const json = nlohmann::json::parse(text);
    return {json.at("sequence").get<std::int64_t>(), json.at("digest").get<std::string>()};
  } catch (nlohmann::json::exception const&) {
    faults.push_back(head_path(tenant).string() + " is damaged: it is no JSON object with sequence and digest");
    return {};
  }
}

/// Under a name of its own: from here on nothing more is needed of the disk than a rename.
fs::path prepare_head(fs::path const& tenant, AuditHead const& head) {
  nlohmann::json const json{{"sequence", head.sequence}, {"digest", head.digest}};
  fs::path const fresh = tenant / "audit.head.tmp";
  try {
    write_file(fresh, json.dump() + "\n");
  } catch (Error const&) {
    std::error_code ignored;
    fs::remove(fresh, ignored);
    throw;
  }
  return fresh;
}

/// Whole lines, and the bytes behind the last line's end.
struct AuditLines {
  std::vector<std::string> whole;
  std::string torn;
};

AuditLines split_lines(std::string const& text) {
  AuditLines lines;
  std::size_t at = 0;
  for (std::size_t end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    lines.whole.push_back(text.substr(at, end - at));
  }
  lines.torn = text.substr(at);
  return lines;
}

std::optional<AuditEntry> parse_line(std::string const& line) {
  try {
    auto entry = nlohmann::json::parse(line).get<AuditEntry>();
    // Any other text that reads the same is a change too, of the last line as well.
    return to_json(entry) == line ? std::optional(entry) : std::nullopt;
  } catch (nlohmann::json::exception const&) {
    return std::nullopt;
  }
}

/// What is wrong with a line as the successor of the one before; empty when nothing is.
std::string fault_of(std::optional<AuditEntry> const& entry, AuditHead const& before) {
  if (!entry) return "is no entry: it was changed";
  if (entry->sequence > before.sequence + 1) return fmt::format("has number {}: lines are missing", entry->sequence);
  if (entry->sequence <= before.sequence) return fmt::format("has number {}: out of order", entry->sequence);
  if (entry->previous != before.digest) return "does not follow from the line before: one of the two was changed";
  return "";
}

/// The head must be the last line, or the one before it when the writer was ended between the two files.
void compare_with_head(AuditHead const& head, AuditHead const& last, AuditHead const& before_last, AuditLog& log) {
  bool const is_last = head.sequence == last.sequence && head.digest == last.digest;
  bool const is_before = head.sequence == before_last.sequence && head.digest == before_last.digest;
  if (is_last) return;
  if (is_before && last.sequence > 0) {
    log.notes.push_back("audit.head is one line behind: its writer was ended; the next entry mends it");
  } else if (head.sequence > last.sequence) {
    log.faults.push_back(fmt::format("the log ends with number {}, audit.head says {}: its tail was cut off",
                                     last.sequence, head.sequence));
  } else {
    log.faults.push_back(
        fmt::format("audit.head does not fit the last line (number {}): one of the two was changed", last.sequence));
  }
}

struct AuditState {
  AuditLog log;
  AuditHead head, last;
  AuditLines lines;
  std::size_t bytes = 0;
};

AuditState read_state(fs::path const& tenant) {
  AuditState state;
  std::string const text = bytes_if_there(log_path(tenant));
  state.bytes = text.size();
  state.lines = split_lines(text);
  state.head = read_audit_head(tenant, state.log.faults);
  AuditHead before_last;
  for (std::size_t i = 0; i < state.lines.whole.size(); ++i) {
    auto const entry = parse_line(state.lines.whole[i]);
    std::string const fault = fault_of(entry, state.last);
    if (!fault.empty()) state.log.faults.push_back(fmt::format("line {} {}", i + 1, fault));
    before_last = state.last;
    state.last.digest = sha256_of(state.lines.whole[i]);
    state.last.sequence = entry ? entry->sequence : state.last.sequence + 1;
    if (entry) state.log.entries.push_back(*entry);
  }
  compare_with_head(state.head, state.last, before_last, state.log);
  if (!state.lines.torn.empty()) {
    state.log.notes.push_back(
        fmt::format("the last line is torn ({} bytes): its writer was ended; the next entry "
                    "removes it",
                    state.lines.torn.size()));
  }
  state.log.head = state.last.digest;
  return state;
}

/// Puts `line` behind the first `whole` bytes; what was behind them goes. After a failure only these are left.
void add_line(fs::path const& path, std::uintmax_t whole, std::string const& line) {
  if (!fs::exists(path)) write_file(path, "");
  if (fs::file_size(path) != whole) fs::resize_file(path, whole);
  try {
    write_file_at(path, static_cast<std::int64_t>(whole), line + "\n");
  } catch (Error const&) {
    std::error_code ignored;
    fs::resize_file(path, whole, ignored);
    throw;
  }
}

}  // namespace

std::string AuditEntry::detail(std::string const& name) const {
  auto const found = details.find(name);
  return found == details.end() ? "" : found->second;
}

std::string to_json(AuditEntry const& entry) {
  return nlohmann::json(entry).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append_audit(fs::path const& tenant, std::string const& action,
                  std::map<std::string, std::string> const& details) {
  AuditState const state = read_state(tenant);
  // After the line that audit.head knows, even where that one was changed or cut off: so the break stays in the chain.
  AuditHead const& before = state.head.sequence >= state.last.sequence ? state.head : state.last;
  AuditEntry entry{before.sequence + 1, time_now_text(), user_name(), host_name(),
                   job_name(),          action,          details,     before.digest};
  if (!state.lines.torn.empty()) entry.details["torn_line_removed"] = sha256_of(state.lines.torn);
  std::string const line = to_json(entry);
  fs::path const fresh_head = prepare_head(tenant, {entry.sequence, sha256_of(line)});
  add_line(log_path(tenant), state.bytes - state.lines.torn.size(), line);
  rename_file(fresh_head, head_path(tenant));
  sync_folder(tenant);
}

AuditLog read_audit(fs::path const& tenant) { return read_state(tenant).log; }

}  // namespace tidemill::io
