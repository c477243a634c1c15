#include "io/store/access.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "io/error.hpp"
#include "io/store/posix.hpp"
#include "io/store/safe_name.hpp"

namespace tidemill::io {
namespace {

namespace fs = std::filesystem;

bool is_open_to_all(struct stat const& status) { return (status.st_mode & S_IWOTH) != 0; }

/// One folder on the way to a store, after the one above it.
void check_component(fs::path const& path, struct stat const& status, bool parent_is_sticky) {
  bool const is_sticky = (status.st_mode & S_ISVTX) != 0;
  if (S_ISDIR(status.st_mode) && is_open_to_all(status) && !is_sticky) {
    throw ConfigError(
        fmt::format("{0} may be written by everyone (mode {1:04o}): others could put their own files in "
                    "place of the store's; chmod o-w '{0}', or choose another store",
                    path.string(), status.st_mode & 07777));
  }
  if (parent_is_sticky && status.st_uid != geteuid() && status.st_uid != 0) {
    throw ConfigError(
        fmt::format("{} belongs to user {}, who could exchange what is in it; choose a folder of your own",
                    path.string(), status.st_uid));
  }
}

void check_components(fs::path const& path) {
  fs::path way;
  bool parent_is_sticky = false;
  for (fs::path const& component : path) {
    way /= component;
    struct stat status {};
    if (::stat(way.c_str(), &status) != 0) return;
    check_component(way, status, parent_is_sticky);
    parent_is_sticky = is_open_to_all(status);
  }
}

bool is_path_below(fs::path const& path, fs::path const& folder) {
  auto const [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

/// Where a link leads, also when nothing is there yet; an empty path, which lies nowhere, when it goes round in circles
/// or cannot be followed.
fs::path end_of_link(fs::path path) {
  constexpr int longest_chain = 40;
  std::error_code failed;
  for (int i = 0; i < longest_chain && fs::is_symlink(fs::symlink_status(path, failed)); ++i) {
    fs::path const target = fs::read_symlink(path, failed);
    if (!failed) path = fs::weakly_canonical(path.parent_path() / target, failed);
    if (failed) return {};
  }
  return path;
}

void check_links_in(fs::path const& folder, fs::path const& root) {
  std::error_code missing;
  for (auto const& entry : fs::directory_iterator(folder, missing)) {
    if (!entry.is_symlink()) continue;
    fs::path const target = end_of_link(entry.path());
    if (is_path_below(target, root)) continue;
    throw ConfigError(fmt::format("{} leads out of the tenant's folder, to {}; remove this link", entry.path().string(),
                                  target.empty() ? "nowhere" : target.string()));
  }
}

}  // namespace

void check_path_is_private(fs::path const& path) {
  fs::path const absolute = fs::absolute(path).lexically_normal();
  check_components(absolute);
  check_components(fs::weakly_canonical(absolute));
}

void check_links_stay_inside(fs::path const& tenant) {
  fs::path const root = fs::weakly_canonical(tenant);
  check_links_in(tenant, root);
  for (char const* name : {"nights", "runs", "cache", "tables", "models", "lock"}) check_links_in(tenant / name, root);
}

StoreAccess access_of(fs::path const& tenant) {
  struct stat status {};
  constexpr mode_t shared = S_ISGID | S_IWGRP;
  bool const is_shared = ::stat(tenant.c_str(), &status) == 0 && (status.st_mode & shared) == shared;
  return is_shared ? StoreAccess::group : StoreAccess::owner;
}

void restrict_new_files(StoreAccess access) { umask(access == StoreAccess::group ? 0007 : 0077); }

fs::path open_tenant(fs::path const& store, std::string const& tenant, StoreAccess access) {
  fs::path const folder = store / checked_name("tenant", tenant);
  check_path_is_private(folder);
  restrict_new_files(access);
  if (fs::is_symlink(fs::symlink_status(folder))) {
    throw ConfigError(
        fmt::format("{} is a link to {}; a tenant's folder must be its own: remove the link, or name the "
                    "tenant that it leads to",
                    folder.string(), fs::read_symlink(folder).string()));
  }
  bool const is_new = !fs::exists(folder);
  make_folders(folder);
  if (is_new && access == StoreAccess::group && ::chmod(folder.c_str(), 02770) != 0) {
    throw Error("cannot give " + folder.string() + " to its group; check who owns it");
  }
  check_links_stay_inside(folder);
  return folder;
}

void forbid_core_dumps() {
  if (std::getenv("TIDEMILL_CORE_DUMPS") != nullptr) return;
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = 0;
  ::setrlimit(RLIMIT_CORE, &limit);
}

}  // namespace tidemill::io
