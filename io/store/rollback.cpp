#include "io/store/rollback.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "io/error.hpp"
#include "io/store/night.hpp"
#include "io/store/night_list.hpp"
#include "io/store/posix.hpp"
#include "io/tables/table.hpp"

namespace tidemill::io {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_of_nights(fs::path const& tenant) {
  std::vector<std::string> names;
  for (NightName const& night : list_nights(tenant)) names.push_back(night.text());
  return names;
}

void check_is_known(std::string const& night, std::vector<std::string> const& names, fs::path const& tenant) {
  if (std::find(names.begin(), names.end(), night) != names.end()) return;
  if (names.empty()) throw ConfigError("no night is published in " + tenant.string() + "; run nightly first");
  throw ConfigError(fmt::format("no night '{}' in {}; did you mean '{}'? tidemill nights lists all", night,
                                tenant.string(), nearest_name(night, names)));
}

/// The night that an interrupted rollback was to go to; empty when there was none.
std::string night_of_interrupted(CurrentHistory const& history, std::vector<std::string> const& names) {
  bool const is_there = std::find(names.begin(), names.end(), history.interrupted_to) != names.end();
  return history.interrupted_action == "rollback" && is_there ? history.interrupted_to : "";
}

/// The night that a rollback without a name goes to.
std::string night_before(CurrentHistory const& history, fs::path const& tenant, std::string const& current,
                         std::vector<std::string> const& names) {
  std::string const before = history.before(current, names);
  if (!before.empty()) return before;
  auto const at = std::find(names.begin(), names.end(), current);
  if (at != names.begin() && at != names.end()) return *std::prev(at);
  throw ConfigError(fmt::format("no night was current before '{}' in {}; name one, tidemill nights lists all", current,
                                tenant.string()));
}

/// From and to, the same on all ranks.
RollbackPlan find_nights(Comm const& comm, RollbackParams const& params) {
  RollbackPlan plan;
  std::string left;
  agree(comm, "find the night", [&] {
    if (!comm.is_root()) return;
    std::vector<std::string> const names = names_of_nights(params.tenant);
    plan.from = current_night(params.tenant);
    plan.to = params.night;
    if (plan.to.empty()) {
      CurrentHistory const history = current_history(read_audit(params.tenant));
      plan.to = night_of_interrupted(history, names);
      plan.was_interrupted = !plan.to.empty();
      if (plan.to.empty()) plan.to = night_before(history, params.tenant, plan.from, names);
    }
    check_is_known(plan.to, names, params.tenant);
    auto const from = parse_night(plan.from), to = parse_night(plan.to);
    for (NightName const& night : list_nights(params.tenant)) {
      if (from && night > *to && night <= *from) plan.left.push_back(night.text());
    }
  });
  plan.from = comm.broadcast(plan.from);
  plan.to = comm.broadcast(plan.to);
  return plan;
}

void check_files_are_there(Comm const& comm, fs::path const& folder, NightManifest const& manifest) {
  agree(comm, "look for the files of " + folder.string(), [&] {
    if (!comm.is_root()) return;
    for (NightFile const& file : manifest.files) {
      if (!fs::is_regular_file(folder / file.path)) {
        throw DataError((folder / file.path).string() + " is missing; go to another night");
      }
    }
  });
}

void compare_files(NightManifest const& from, NightManifest const& to, RollbackPlan& plan) {
  std::map<std::string, std::string> before, after;
  for (NightFile const& file : from.files) before[file.path] = file.digest;
  for (NightFile const& file : to.files) after[file.path] = file.digest;
  for (auto const& [path, digest] : before) {
    if (!after.contains(path)) plan.only_from.push_back(path);
    if (after.contains(path) && after.at(path) != digest) plan.changed.push_back(path);
  }
  for (auto const& [path, digest] : after) {
    if (!before.contains(path)) plan.only_to.push_back(path);
  }
}

/// Every value of aliases.json by its place in it; empty without the file. What cannot be read is one value.
std::map<std::string, std::string> aliases_of(fs::path const& night) {
  std::map<std::string, std::string> aliases;
  if (!fs::exists(night / "aliases.json")) return aliases;
  std::string const text = read_file(night / "aliases.json");
  auto const json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return {{"aliases.json", text}};
  nlohmann::json const flat = json.flatten();
  for (auto const& [place, value] : flat.items()) {
    aliases[place.substr(place.starts_with('/') ? 1 : 0)] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return aliases;
}

void compare_aliases(fs::path const& nights, RollbackPlan& plan) {
  auto const before = aliases_of(nights / plan.from), after = aliases_of(nights / plan.to);
  for (auto const& [name, value] : before) plan.aliases[name].first = value;
  for (auto const& [name, value] : after) plan.aliases[name].second = value;
  std::erase_if(plan.aliases, [](auto const& alias) { return alias.second.first == alias.second.second; });
}

}  // namespace

RollbackPlan plan_rollback(Comm const& comm, RollbackParams const& params) {
  RollbackPlan plan = find_nights(comm, params);
  fs::path const nights = params.tenant / "nights";
  NightManifest const to = params.verify ? verify_night(comm, nights / plan.to) : read_manifest(comm, nights / plan.to);
  if (!params.verify) check_files_are_there(comm, nights / plan.to, to);
  if (plan.from == plan.to) return plan;
  NightManifest from;
  try {
    if (!plan.from.empty()) from = read_manifest(comm, nights / plan.from);
  } catch (Error const& error) {
    // A damaged night is what one goes back from: every file counts as new.
    if (error.code() != ExitCode::bad_data) throw;
  }
  agree(comm, "compare the nights", [&] {
    if (!comm.is_root()) return;
    compare_files(from, to, plan);
    compare_aliases(nights, plan);
  });
  return plan;
}

CurrentMove apply_rollback(Comm const& comm, Lease const& lease, RollbackParams const& params,
                           RollbackPlan const& plan) {
  CurrentMove move;
  agree(comm, "swap current", [&] {
    if (!comm.is_root()) return;
    std::string const now = current_night(params.tenant);
    if (now != plan.from) {
      throw Error(fmt::format("current moved from {} to {} meanwhile; run rollback again", plan.from, now),
                  ExitCode::locked);
    }
    check_is_known(plan.to, names_of_nights(params.tenant), params.tenant);
    std::string const verified = params.verify ? "every byte" : "names of files";
    move = move_current(*lease.file(), params.tenant, plan.to, "rollback", {{"verified", verified}});
  });
  return move;
}

}  // namespace tidemill::io
