#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "drivers/gate/judged_forecasts.hpp"
#include "drivers/night/gate_record.hpp"
#include "io/error.hpp"
#include "io/store/lease.hpp"
#include "io/store/registry.hpp"
#include "jobs/commands.hpp"
#include "jobs/gate_options.hpp"
#include "jobs/lists.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct ModelsCommand {
  std::string action, name, version, other, store, tenant = "main", metrics = "wape,bias", reason;
  bool force = false;
  drivers::GateParams gate;

  std::filesystem::path folder() const { return std::filesystem::path(store) / tenant; }
};

std::string alias_of(io::Aliases const& aliases, std::string const& name, std::string const& version) {
  auto const found = aliases.in_use.find(name);
  if (found == aliases.in_use.end()) return "";
  std::string alias = found->second.champion == version   ? "champion"
                      : found->second.previous == version ? "previous"
                                                          : "";
  for (auto const& [slice, own] : found->second.slices) {
    if (own == version) alias += (alias.empty() ? "" : ", ") + ("champion of " + slice);
  }
  return alias;
}

std::string version_metrics(std::map<std::string, double> const& metrics) {
  std::string text;
  for (auto const& [name, value] : metrics) text += fmt::format("{}{} {:.4g}", text.empty() ? "" : ", ", name, value);
  return text;
}

nlohmann::ordered_json version_json(io::VersionInfo const& info, std::string const& alias) {
  return {{"name", info.name},
          {"version", info.version},
          {"alias", alias},
          {"date", info.lineage.date},
          {"parent", info.lineage.parent},
          {"metrics", info.lineage.metrics},
          {"digest", info.digest},
          {"seed", info.lineage.provenance.seed},
          {"program_version", info.program_version},
          {"inputs", info.lineage.provenance.inputs},
          {"config", info.lineage.provenance.config}};
}

/// Collective. The versions asked for: all, of one model, or one. Damaged ones throw.
std::vector<std::pair<std::string, std::string>> chosen_versions(Context const& context, ModelsCommand const& command) {
  std::vector<std::pair<std::string, std::string>> chosen;
  if (!command.version.empty()) return {{command.name, command.version}};
  for (auto const& [name, versions] : io::list_versions(context.comm, command.folder())) {
    if (!command.name.empty() && command.name != name) continue;
    for (std::string const& version : versions) chosen.emplace_back(name, version);
  }
  if (chosen.empty()) {
    throw DataError(fmt::format("{} has no versions{}; a night registers them", command.folder().string(),
                                command.name.empty() ? "" : " of " + command.name));
  }
  return chosen;
}

void list_models(Context const& context, ModelsCommand const& command) {
  io::Aliases const aliases = io::read_aliases(context.comm, command.folder() / "current");
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  std::string text = fmt::format("{:<14} {:<26} {:<10} {}\n", "model", "version", "alias", "metrics");
  for (auto const& [name, version] : chosen_versions(context, command)) {
    io::VersionInfo const info = io::read_version(context.comm, command.folder(), name, version);
    std::string const alias = alias_of(aliases, name, version);
    rows.push_back({{"name", name}, {"version", version}, {"alias", alias}, {"metrics", info.lineage.metrics}});
    text += fmt::format("{:<14} {:<26} {:<10} {}\n", name, version, alias, version_metrics(info.lineage.metrics));
  }
  print_result(context, context.json ? nlohmann::ordered_json{{"models", rows}}.dump(2) + "\n" : text);
}

/// The version that --version names, or the champion.
std::string version_or_champion(Context const& context, ModelsCommand const& command) {
  if (command.name.empty()) throw ConfigError("models " + command.action + " needs --name; models list shows them");
  if (!command.version.empty()) return command.version;
  io::Aliases const aliases = io::read_aliases(context.comm, command.folder() / "current");
  auto const found = aliases.in_use.find(command.name);
  if (found == aliases.in_use.end()) {
    throw ConfigError(fmt::format("{} has no champion; give --version", command.name));
  }
  return found->second.champion;
}

void show_model(Context const& context, ModelsCommand const& command) {
  io::Aliases const aliases = io::read_aliases(context.comm, command.folder() / "current");
  std::string const version = version_or_champion(context, command);
  io::VersionInfo const info = io::read_version(context.comm, command.folder(), command.name, version);
  std::string const alias = alias_of(aliases, command.name, version);
  if (context.json) {
    print_result(context, version_json(info, alias).dump(2) + "\n");
    return;
  }
  std::string text = fmt::format("{} {} {}\ndigest  {}\nnight   {}\nparent  {}\nprogram {}\nseed    {}\nmetrics {}\n",
                                 command.name, version, alias, info.digest, info.lineage.date,
                                 info.lineage.parent.empty() ? "none" : info.lineage.parent, info.program_version,
                                 info.lineage.provenance.seed, version_metrics(info.lineage.metrics));
  for (auto const& [name, digest] : info.lineage.provenance.inputs)
    text += fmt::format("input   {}  {}\n", digest, name);
  print_result(context, text + "options\n" + info.lineage.provenance.config);
}

/// "key = value" lines as a map.
std::map<std::string, std::string> version_options(std::string const& config) {
  std::map<std::string, std::string> options;
  std::istringstream lines(config);
  for (std::string line; std::getline(lines, line);) {
    std::size_t const at = line.find(" = ");
    if (at != std::string::npos) options[line.substr(0, at)] = line.substr(at + 3);
  }
  return options;
}

/// What the version files say of themselves, as comparable texts.
std::map<std::string, std::string> version_facts(io::VersionInfo const& info) {
  std::map<std::string, std::string> facts{{"digest", info.digest},
                                           {"night", info.lineage.date},
                                           {"parent", info.lineage.parent},
                                           {"program", info.program_version},
                                           {"seed", std::to_string(info.lineage.provenance.seed)}};
  for (auto const& [name, value] : info.lineage.metrics) facts["metric " + name] = fmt::format("{:.6g}", value);
  for (auto const& [name, digest] : info.lineage.provenance.inputs) facts["input " + name] = digest;
  for (auto const& [name, value] : version_options(info.lineage.provenance.config)) facts["option " + name] = value;
  return facts;
}

void diff_models(Context const& context, ModelsCommand const& command) {
  if (command.other.empty()) throw ConfigError("models diff needs two versions: models diff NAME VERSION OTHER");
  auto const first = version_facts(io::read_version(context.comm, command.folder(), command.name, command.version));
  auto const second = version_facts(io::read_version(context.comm, command.folder(), command.name, command.other));
  std::set<std::string> names;
  for (auto const* facts : {&first, &second}) {
    for (auto const& [name, value] : *facts) names.insert(name);
  }
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  std::string text;
  for (std::string const& name : names) {
    std::string const before = first.contains(name) ? first.at(name) : "";
    std::string const after = second.contains(name) ? second.at(name) : "";
    if (before == after) continue;
    rows.push_back({{"what", name}, {"first", before}, {"second", after}});
    text += fmt::format("{:<28} {} -> {}\n", name, before.empty() ? "-" : before, after.empty() ? "-" : after);
  }
  nlohmann::ordered_json const json{
      {"name", command.name}, {"first", command.version}, {"second", command.other}, {"differences", rows}};
  print_result(context, context.json ? json.dump(2) + "\n" : text.empty() ? "no difference\n" : text);
}

void verify_models(Context const& context, ModelsCommand const& command) {
  std::vector<std::string> faults;
  auto const chosen = chosen_versions(context, command);
  for (auto const& [name, version] : chosen) {
    try {
      io::verify_version(context.comm, command.folder(), name, version);
    } catch (DataError const& error) {
      faults.push_back(error.what());
    }
  }
  for (auto const& [name, aliases] : io::read_aliases(context.comm, command.folder() / "current").in_use) {
    std::vector<std::string> used{aliases.champion, aliases.previous};
    for (auto const& [slice, version] : aliases.slices) used.push_back(version);
    for (std::string const& version : used) {
      try {
        if (!version.empty()) io::read_version(context.comm, command.folder(), name, version);
      } catch (DataError const& error) {
        faults.push_back(fmt::format("alias of {}: {}", name, error.what()));
      }
    }
  }
  nlohmann::ordered_json const json{{"versions", chosen.size()}, {"faults", faults}};
  if (context.json) print_result(context, json.dump(2) + "\n");
  if (!faults.empty()) {
    throw DataError(
        fmt::format("{} of {} versions or aliases are damaged: {}", faults.size(), chosen.size(), faults.front()));
  }
  if (!context.json) print_result(context, fmt::format("{} versions, all whole\n", chosen.size()));
}

bool has_judged_rows(Context const& context, ModelsCommand const& command, std::string const& version) {
  return io::Hdf5File::open(context.comm, io::version_file(command.folder(), command.name, version)).has("judged");
}

drivers::JudgedForecasts judged_of(Context const& context, ModelsCommand const& command, std::string const& version) {
  io::Hdf5File file = io::Hdf5File::open(context.comm, io::version_file(command.folder(), command.name, version));
  return drivers::load_judged(context.comm, file);
}

/// Collective. What the night that trained the version said of it, for models that keep no judged rows to compare:
/// recommenders are judged on pairs that the night alone had.
std::string pass_by_verdict(Context const& context, ModelsCommand const& command) {
  std::optional<drivers::PastVerdict> past;
  io::agree(context.comm, "read the verdicts of nights",
            [&] { past = drivers::find_verdict(command.folder(), command.name, command.version); });
  if (past && past->verdict.promoted) return fmt::format("night {}: {}", past->night, past->verdict.reason);
  std::string const why = past ? fmt::format("night {} refused it: {}", past->night, past->verdict.reason)
                               : std::string("it keeps no judged rows to compare, and no night that is kept judged it");
  throw Error(fmt::format("{} {} stays out: {}; to put it in use all the same: --force --reason TEXT", command.name,
                          command.version, why),
              ExitCode::refused);
}

/// Collective. Why the version may be used; throws with exit code 4 when the gate says no.
std::string pass_gate(Context const& context, ModelsCommand const& command, std::string const& champion) {
  if (champion.empty()) return "there was no champion";
  if (!has_judged_rows(context, command, champion) || !has_judged_rows(context, command, command.version)) {
    return pass_by_verdict(context, command);
  }
  drivers::GateParams params = command.gate;
  params.seed = context.seed;
  drivers::check(params);
  drivers::GateVerdict const verdict = drivers::judge_challenger(
      context.comm,
      drivers::paired_rows(drivers::pair_forecasts(context.comm, judged_of(context, command, champion),
                                                   judged_of(context, command, command.version)),
                           split_list(command.metrics)),
      params);
  if (!context.json || !verdict.promoted) {
    print_result(context, context.json ? drivers::to_json(verdict) : drivers::to_text(verdict));
  }
  if (!verdict.promoted) {
    throw Error(fmt::format("{} {} stays out: {}; to put it in use all the same: --force --reason TEXT", command.name,
                            command.version, verdict.reason),
                ExitCode::refused);
  }
  return verdict.reason;
}

void promote_model(Context const& context, ModelsCommand const& command) {
  if (command.name.empty() || command.version.empty()) throw ConfigError("usage: models promote NAME VERSION");
  if (command.force && command.reason.empty()) throw ConfigError("--force needs --reason TEXT, which is kept");
  io::Lease const lease(context.comm, command.folder() / "lock");
  io::verify_version(context.comm, command.folder(), command.name, command.version);
  io::Aliases aliases = io::read_aliases(context.comm, command.folder() / "current");
  io::ModelAliases& used = aliases.in_use[command.name];
  if (used.champion == command.version) {
    throw ConfigError(fmt::format("{} {} is the champion already", command.name, command.version));
  }
  std::string const why = command.force                      ? command.reason
                          : used.previous == command.version ? "it was in use before"
                                                             : pass_gate(context, command, used.champion);
  aliases.promotion = fmt::format("{} {}{}: {}", command.name, command.version, command.force ? " by force" : "", why);
  used = {command.version, used.champion};
  std::filesystem::path const night = io::publish_aliases(context.comm, command.folder(), aliases, &lease);
  nlohmann::ordered_json const json{{"name", command.name},    {"champion", used.champion}, {"previous", used.previous},
                                    {"night", night.string()}, {"forced", command.force},   {"reason", why}};
  print_result(context, context.json ? json.dump(2) + "\n"
                                     : fmt::format("{}: champion {}, previous {}\n", night.string(), used.champion,
                                                   used.previous.empty() ? "none" : used.previous));
}

void run_models(Context const& context, ModelsCommand const& command) {
  static std::map<std::string, void (*)(Context const&, ModelsCommand const&)> const actions{
      {"list", list_models},
      {"show", show_model},
      {"diff", diff_models},
      {"verify", verify_models},
      {"promote", promote_model}};
  auto const found = actions.find(command.action);
  if (found == actions.end()) {
    throw ConfigError("models " + command.action + ": expected list, show, promote, verify or diff");
  }
  found->second(context, command);
}

}  // namespace

Command make_models_command() {
  auto command = std::make_shared<ModelsCommand>();
  Command result{"models",
                 "versions of a tenant's models: list, show, promote, verify, diff",
                 {},
                 {"action", "name", "version", "other"},
                 {}};
  result.options.add_options()("action", po::value(&command->action)->required(),
                               "list, show, promote, verify or diff")("name", po::value(&command->name), "model")(
      "version", po::value(&command->version), "its version (show: default the champion)")(
      "other", po::value(&command->other), "diff: the second version")("store", po::value(&command->store)->required(),
                                                                       "folder of the store")(
      "tenant", po::value(&command->tenant)->default_value(command->tenant), "whose models")(
      "metrics", po::value(&command->metrics)->default_value(command->metrics),
      "promote: the first must improve on the champion's, the others must not fall; the version that was in use before "
      "needs no gain, and of recommenders the verdict of their night counts")("force", po::bool_switch(&command->force),
                                                                              "promote without asking the gate")(
      "reason", po::value(&command->reason), "why it is forced; kept with the night");
  add_options(result.options, command->gate, "");
  result.run = [command](Context const& context) { run_models(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
