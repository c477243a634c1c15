#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "drivers/night/retention.hpp"
#include "io/error.hpp"
#include "io/store/current.hpp"
#include "io/store/lease.hpp"
#include "jobs/commands.hpp"
#include "jobs/night/cache_options.hpp"
#include "jobs/store_options.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

namespace fs = std::filesystem;

struct GcOptions {
  StoreOptions store;
  drivers::RetentionParams retention;
  CacheOptions cache;
  double grace_minutes = 60;
  bool dry_run = false;
};

void check_gc(GcOptions const& options) {
  if (options.retention.keep < 1) throw ConfigError("--keep: expected 1 or more nights");
  if (!(options.grace_minutes >= 0)) throw ConfigError("--grace-minutes: expected 0 or more");
}

std::string text_of_retention(drivers::RetentionPlan const& plan, bool dry_run) {
  std::string text;
  for (auto const& [night, reason] : plan.kept) text += fmt::format("  keep    {:<16}{}\n", night, reason);
  for (drivers::Removal const& removal : plan.removals) {
    text += fmt::format("  {:<8}{:<9}{:>14} bytes  {}\n", dry_run ? "would go" : "gone", removal.kind, removal.bytes,
                        removal.path.string());
  }
  for (std::string const& note : plan.notes) text += "  " + note + "\n";
  return text + fmt::format("{} {} things, {} bytes\n", dry_run ? "would remove" : "removed", plan.removals.size(),
                            plan.bytes);
}

std::string json_of_retention(drivers::RetentionPlan const& plan, bool dry_run, std::string const& audit_fault) {
  nlohmann::json removed = nlohmann::json::array();
  for (drivers::Removal const& removal : plan.removals) {
    removed.push_back({{"path", removal.path.string()}, {"kind", removal.kind}, {"bytes", removal.bytes}});
  }
  nlohmann::json const json{{"dry_run", dry_run},  {"kept", plan.kept},   {"removed", removed},
                            {"bytes", plan.bytes}, {"notes", plan.notes}, {"audit_fault", audit_fault}};
  return json.dump(2) + "\n";
}

std::map<std::string, std::string> audit_details(drivers::RetentionPlan const& plan, GcOptions const& options,
                                                 std::string const& state) {
  std::map<std::string, std::string> details{{"state", state},
                                             {"keep", std::to_string(options.retention.keep)},
                                             {"bytes", std::to_string(plan.bytes)},
                                             {"things", std::to_string(plan.removals.size())}};
  for (drivers::Removal const& removal : plan.removals) {
    if (removal.kind != "night") continue;
    details["nights"] += (details["nights"].empty() ? "" : " ") + removal.path.filename().string();
  }
  return details;
}

/// gc makes room on full disks: a log that cannot be written must not stop it.
std::string try_audit(fs::path const& tenant, std::map<std::string, std::string> const& details) {
  try {
    io::append_audit(tenant, "gc", details);
  } catch (std::exception const& error) {
    return error.what();
  }
  return "";
}

std::string remove_planned(GcOptions const& options, io::LeaseFile const& lease, drivers::RetentionPlan const& plan) {
  fs::path const& tenant = options.retention.tenant;
  std::string const before = try_audit(tenant, audit_details(plan, options, "started"));
  drivers::apply_retention(lease, plan);
  std::string const after = try_audit(tenant, audit_details(plan, options, "done"));
  // What the start could not say for want of room, the end has said.
  return after.empty() ? "" : before.empty() ? after : before;
}

void run_gc(Context const& context, GcOptions options) {
  check_gc(options);
  options.retention.tenant = open_store(context.comm, options.store);
  options.retention.grace_seconds = 60 * options.grace_minutes;
  options.retention.cache = cache_bounds(options.cache);
  std::unique_ptr<io::Lease> lease;
  if (!options.dry_run) lease = std::make_unique<io::Lease>(context.comm, options.retention.tenant / "lock");
  io::agree(context.comm, "remove what is old", [&] {
    if (!context.comm.is_root()) return;
    std::string audit_fault;
    if (lease) audit_fault = io::catch_up_audit(options.retention.tenant);
    drivers::RetentionPlan const plan = drivers::plan_retention(options.retention);
    if (lease && !plan.removals.empty()) audit_fault = remove_planned(options, *lease->file(), plan);
    std::string text =
        context.json ? json_of_retention(plan, options.dry_run, audit_fault) : text_of_retention(plan, options.dry_run);
    if (!context.json && !audit_fault.empty()) text += "the audit log could not be written: " + audit_fault + "\n";
    print_result(context, text);
  });
}

}  // namespace

Command make_gc_command() {
  auto options = std::make_shared<GcOptions>();
  Command command{"gc", "remove old nights, runs and versions of models, and steps that nothing refers to", {}, {}, {}};
  add_store_options(command.options, options->store);
  auto add = command.options.add_options();
  add("keep", po::value(&options->retention.keep)->default_value(options->retention.keep),
      "newest nights, runs and versions of each model that stay, beside the current night, the previous one and those "
      "pinned, with the models that these have in use or judged");
  add("grace-minutes", po::value(&options->grace_minutes)->default_value(options->grace_minutes),
      "a night that was current so recently stays too, for those who still read it");
  add("dry-run", po::bool_switch(&options->dry_run), "show what would go, remove nothing");
  add_cache_options(command.options, options->cache);
  command.run = [options](Context const& context) { run_gc(context, *options); };
  return command;
}

}  // namespace tidemill::jobs
