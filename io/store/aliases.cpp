#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "io/error.hpp"
#include "io/store/night.hpp"
#include "io/store/night_list.hpp"
#include "io/store/posix.hpp"
#include "io/store/registry.hpp"

namespace tidemill::io {

namespace fs = std::filesystem;

static void to_json(nlohmann::json& json, ModelAliases const& aliases) {
  json = {{"champion", aliases.champion}, {"previous", aliases.previous}};
  if (!aliases.slices.empty()) json["slices"] = aliases.slices;
}

static void from_json(nlohmann::json const& json, ModelAliases& aliases) {
  json.at("champion").get_to(aliases.champion);
  json.at("previous").get_to(aliases.previous);
  aliases.slices = json.value("slices", std::map<std::string, std::string>());
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Aliases, base, decided, in_use, promotion)

namespace {

/// The newest whole night that `wanted` takes; its folder name, the same on every rank; empty: none.
template <class Wanted>
std::string newest_night(Comm const& comm, fs::path const& tenant, Wanted const& wanted) {
  std::string newest;
  agree(comm, "list nights of " + tenant.string(), [&] {
    if (!comm.is_root()) return;
    for (NightName const& night : list_nights(tenant)) {
      if (wanted(night)) newest = night.text();
    }
  });
  return comm.broadcast(newest);
}

/// The whole night that TENANT/current points to, the same on every rank; empty: none.
std::string whole_current_night(Comm const& comm, fs::path const& tenant) {
  std::string name;
  agree(comm, "read " + (tenant / "current").string(), [&] {
    if (comm.is_root() && is_night(tenant / "current")) name = current_night(tenant);
  });
  return comm.broadcast(name);
}

}  // namespace

std::string to_json(Aliases const& aliases) { return nlohmann::json(aliases).dump(2) + "\n"; }

Aliases read_aliases(Comm const& comm, fs::path const& night) {
  std::string text;
  fs::path const file = night / aliases_name;
  Aliases aliases;
  agree(comm, "read " + file.string(), [&] {
    if (!comm.is_root() || !fs::exists(file)) return;
    text = read_file(file);
    try {
      nlohmann::json::parse(text).get_to(aliases);
    } catch (nlohmann::json::exception const& error) {
      throw DataError(fmt::format("{} is damaged: {}; verify the night and roll back", file.string(), error.what()));
    }
  });
  text = comm.broadcast(text);
  if (!text.empty() && !comm.is_root()) nlohmann::json::parse(text).get_to(aliases);
  return aliases;
}

std::string base_night(Comm const& comm, fs::path const& tenant, std::string const& date) {
  std::string const current = whole_current_night(comm, tenant);
  std::optional<NightName> const name = parse_night(current);
  if (name && name->date < date) return current;
  if (name && name->date == date) return read_aliases(comm, tenant / "nights" / current).base;
  return newest_night(comm, tenant, [&](NightName const& night) { return night.date < date; });
}

Aliases keep_promotion(Comm const& comm, fs::path const& tenant, std::string const& date, Aliases const& aliases) {
  std::string const newest = newest_night(comm, tenant, [&](NightName const& night) { return night.date == date; });
  if (newest.empty()) return aliases;
  Aliases const published = read_aliases(comm, tenant / "nights" / newest);
  bool const on_top =
      !published.promotion.empty() && published.base == aliases.base && published.decided == aliases.decided;
  return on_top ? published : aliases;
}

fs::path publish_aliases(Comm const& comm, fs::path const& tenant, Aliases const& aliases, Lease const* lease) {
  std::string const current = whole_current_night(comm, tenant);
  if (current.empty()) throw DataError(tenant.string() + " has no published night whose aliases could be changed");
  fs::path const night = tenant / "nights" / current;
  NightManifest const manifest = verify_night(comm, night);
  fs::path const prepared = begin_night(comm, tenant, manifest.date, lease);
  auto const link_files = [&](bool results) {
    agree(comm, "link the files of " + night.string(), [&] {
      if (!comm.is_root()) return;
      for (NightFile const& file : manifest.files) {
        if (file.path == aliases_name || file.is_result != results) continue;
        make_folders((prepared / file.path).parent_path());
        fs::create_hard_link(night / file.path, prepared / file.path);
      }
    });
  };
  link_files(true);
  commit_text(comm, prepared / aliases_name, comm.is_root() ? to_json(aliases) : "");
  return publish_night(comm, tenant, manifest.date, prepared, [&](std::string const&) { link_files(false); },
                       {lease, "promote"})
      .folder;
}

}  // namespace tidemill::io
