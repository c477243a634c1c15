#include "io/store/audit.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "io/tables/table.hpp"
#include "jobs/commands.hpp"
#include "jobs/store_options.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct AuditOptions {
  StoreOptions store;
  std::string what;
};

std::string audit_line(io::AuditEntry const& entry) {
  std::string text =
      fmt::format("{:>5} {} {}@{} {:<9}", entry.sequence, entry.time, entry.user, entry.host, entry.action);
  if (entry.job != "-") text += " job=" + entry.job;
  for (auto const& [name, value] : entry.details) {
    if (!value.empty()) text += fmt::format(" {}={}", name, name == "digest" ? value.substr(0, 12) : value);
  }
  return text + "\n";
}

void show_audit(Context const& context, io::AuditLog const& log) {
  std::string text, json;
  for (io::AuditEntry const& entry : log.entries) {
    text += audit_line(entry);
    json += (json.empty() ? "" : ",\n") + io::to_json(entry);
  }
  print_result(context, context.json ? "{\"entries\": [\n" + json + "\n]}\n" : text);
}

void verify_audit(Context const& context, io::AuditLog const& log, std::string const& path) {
  std::string text;
  for (std::string const& note : log.notes) text += path + ": " + note + "\n";
  for (std::string const& fault : log.faults) text += path + ": " + fault + "\n";
  nlohmann::json const json{
      {"entries", log.entries.size()}, {"faults", log.faults}, {"notes", log.notes}, {"head", log.head}};
  if (log.faults.empty()) text += fmt::format("{} entries, unbroken; head {}\n", log.entries.size(), log.head);
  print_result(context, context.json ? json.dump(2) + "\n" : text);
  if (!log.faults.empty()) {
    throw DataError(fmt::format("{} was tampered with or damaged: {} faults, first: {}", path, log.faults.size(),
                                log.faults.front()));
  }
}

void run_audit(Context const& context, AuditOptions const& options) {
  if (options.what != "verify" && options.what != "show") {
    throw ConfigError(fmt::format("audit {}: expected verify or show; did you mean '{}'?", options.what,
                                  io::nearest_name(options.what, {"verify", "show"})));
  }
  std::filesystem::path const tenant = open_store(context.comm, options.store);
  io::agree(context.comm, "read the audit log", [&] {
    if (!context.comm.is_root()) return;
    io::AuditLog const log = io::read_audit(tenant);
    if (options.what == "show") return show_audit(context, log);
    verify_audit(context, log, (tenant / "audit.jsonl").string());
  });
}

}  // namespace

Command make_audit_command() {
  auto options = std::make_shared<AuditOptions>();
  Command command{
      "audit", "show the log of who published, rolled back and removed what, or verify it", {}, {"what"}, {}};
  add_store_options(command.options, options->store);
  command.options.add_options()("what", po::value(&options->what)->required(), "verify or show");
  command.run = [options](Context const& context) { run_audit(context, *options); };
  return command;
}

}  // namespace tidemill::jobs
