#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "io/error.hpp"
#include "io/store/night.hpp"
#include "io/store/posix.hpp"
#include "io/store/registry.hpp"

namespace tidemill::io {

namespace fs = std::filesystem;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ModelAliases, champion, previous)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Aliases, base, decided, in_use, promotion)

namespace {

/// A night's folder name, DATE or DATE.REVISION, as what it orders by.
struct NightName {
  std::string date;
  int revision = 1;
  std::string folder;
  bool operator<(NightName const& other) const {
    return std::pair(date, revision) < std::pair(other.date, other.revision);
  }
};

constexpr std::size_t length_of_date = 10;

std::optional<NightName> night_name(std::string const& folder) {
  if (folder.size() < length_of_date || folder.front() == '.') return std::nullopt;
  NightName name{folder.substr(0, length_of_date), 1, folder};
  std::string const rest = folder.substr(length_of_date);
  if (rest.empty()) return name;
  bool const is_number = rest.size() > 1 && rest.size() < 9 && rest.front() == '.' &&
                         std::all_of(rest.begin() + 1, rest.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return std::nullopt;
  name.revision = std::stoi(rest.substr(1));
  return name;
}

/// The newest whole night that `wanted` takes; its folder name, the same on every rank; empty: none.
template <class Wanted>
std::string newest_night(Comm const& comm, fs::path const& tenant, Wanted const& wanted) {
  std::optional<NightName> newest;
  agree(comm, "list nights of " + tenant.string(), [&] {
    if (!comm.is_root() || !fs::is_directory(tenant / "nights")) return;
    for (auto const& entry : fs::directory_iterator(tenant / "nights")) {
      std::optional<NightName> const name = night_name(entry.path().filename().string());
      if (!name || !wanted(*name) || !is_night(entry.path())) continue;
      if (!newest || *newest < *name) newest = name;
    }
  });
  return comm.broadcast(newest ? newest->folder : "");
}

/// The night that TENANT/current points to; empty: none.
std::string current_night(Comm const& comm, fs::path const& tenant) {
  std::string name;
  agree(comm, "read " + (tenant / "current").string(), [&] {
    std::error_code missing;
    if (comm.is_root() && is_night(tenant / "current")) {
      name = fs::read_symlink(tenant / "current", missing).filename().string();
    }
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
  std::string const current = current_night(comm, tenant);
  std::optional<NightName> const name = night_name(current);
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
  std::string const current = current_night(comm, tenant);
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
