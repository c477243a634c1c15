#include "io/store/rollback.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "jobs/commands.hpp"
#include "jobs/store_options.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct RollbackOptions {
  StoreOptions store;
  std::string night;
  bool dry_run = false, yes = false, no_verify = false;
};

std::string listed_names(std::string const& title, std::vector<std::string> const& names) {
  if (names.empty()) return "";
  constexpr std::size_t shown = 12;
  std::string text = fmt::format("  {:<22}{}", title, names.size());
  for (std::size_t i = 0; i < names.size() && i < shown; ++i) text += (i == 0 ? ": " : ", ") + names[i];
  return text + (names.size() > shown ? ", ...\n" : "\n");
}

std::string shown_alias(std::string const& value) { return value.empty() ? "(none)" : value; }

std::string text_of_rollback(io::RollbackPlan const& plan, std::filesystem::path const& tenant) {
  if (plan.from == plan.to && plan.was_interrupted) {
    return fmt::format("{} is current: an interrupted rollback had come so far; run again to go back\n", plan.to);
  }
  if (plan.from == plan.to) return fmt::format("{} is current, nothing to change\n", plan.to);
  std::string text = fmt::format("rollback from {} to {}\n", plan.from.empty() ? "(none)" : plan.from, plan.to);
  text += listed_names("nights left", plan.left) + listed_names("files that change", plan.changed) +
          listed_names("files that go", plan.only_from) + listed_names("files that come back", plan.only_to);
  for (auto const& [name, value] : plan.aliases) {
    text += fmt::format("  alias {:<16}{} -> {}\n", name, shown_alias(value.first), shown_alias(value.second));
  }
  return text + fmt::format("  {:<22}{}\n", "report", (tenant / "nights" / plan.to / "report.html").string());
}

std::string text_of_move(io::CurrentMove const& move) {
  std::string text;
  if (move.moved) text = fmt::format("current is {} now; rollback again goes back to {}\n", move.to, move.from);
  if (!move.audit_fault.empty()) text += "the audit log could not be written: " + move.audit_fault + "\n";
  return text;
}

std::string json_of_rollback(io::RollbackPlan const& plan, io::CurrentMove const& move, RollbackOptions const& options,
                             double seconds) {
  nlohmann::json aliases = nlohmann::json::object();
  for (auto const& [name, value] : plan.aliases) aliases[name] = {{"before", value.first}, {"after", value.second}};
  nlohmann::json const json{{"tenant", options.store.tenant},
                            {"from", plan.from},
                            {"to", plan.to},
                            {"moved", move.moved},
                            {"dry_run", options.dry_run},
                            {"verified", !options.no_verify},
                            {"nights_left", plan.left},
                            {"files_changed", plan.changed},
                            {"files_gone", plan.only_from},
                            {"files_back", plan.only_to},
                            {"aliases", aliases},
                            {"report", (options.store.folder() / "nights" / plan.to / "report.html").string()},
                            {"audit_fault", move.audit_fault},
                            {"seconds", seconds}};
  return json.dump(2) + "\n";
}

/// Asks a person who sits at a terminal; a script has said what it wants.
bool is_rollback_wanted(Context const& context, RollbackOptions const& options) {
  int answer = 1;
  if (context.comm.is_root() && !options.yes && !context.json && isatty(0) != 0 && isatty(1) != 0) {
    print_result(context, "swap current? [y/N] ");
    std::fflush(stdout);
    std::string line;
    std::getline(std::cin, line);
    answer = line == "y" || line == "yes" ? 1 : 0;
  }
  context.comm.broadcast(std::span(&answer, 1));
  return answer == 1;
}

void run_rollback(Context const& context, RollbackOptions const& options) {
  double const started = io::seconds_now();
  std::filesystem::path const tenant = open_store(context.comm, options.store);
  io::RollbackParams const params{tenant, options.night, !options.no_verify};
  io::RollbackPlan const plan = io::plan_rollback(context.comm, params);
  if (!context.json) print_result(context, text_of_rollback(plan, tenant));
  io::CurrentMove move;
  if (!options.dry_run && (plan.from == plan.to || is_rollback_wanted(context, options))) {
    io::Lease const lease(context.comm, tenant / "lock");
    move = io::apply_rollback(context.comm, lease, params, plan);
  }
  double const seconds = io::seconds_now() - started;
  print_result(context, context.json ? json_of_rollback(plan, move, options, seconds) : text_of_move(move));
}

}  // namespace

Command make_rollback_command() {
  auto options = std::make_shared<RollbackOptions>();
  Command command{"rollback", "go back to the night that was current before, or to a named one", {}, {"night"}, {}};
  add_store_options(command.options, options->store);
  command.options.add_options()("night", po::value(&options->night),
                                "DATE or DATE.N (default: the one before; a second rollback goes forward again)")(
      "dry-run", po::bool_switch(&options->dry_run), "show what would change, change nothing")(
      "yes", po::bool_switch(&options->yes), "do not ask at a terminal")(
      "no-verify", po::bool_switch(&options->no_verify), "only look that the night's files are there, for huge nights");
  command.run = [options](Context const& context) { run_rollback(context, *options); };
  return command;
}

}  // namespace tidemill::jobs
