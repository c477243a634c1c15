#pragma once

#include <filesystem>
#include <string>

namespace tidemill::io {

/// Who may read and write a tenant's files.
enum class StoreAccess {
  owner,  ///< folders 0700, files 0600
  group,  ///< folders 2770, files 0660: the group of the tenant's folder
};

/// The access that a tenant's folder was made with; owner when there is none yet.
StoreAccess access_of(std::filesystem::path const& tenant);
/// The modes of all that this process makes from now on. For every rank.
void restrict_new_files(StoreAccess access);

/// Not collective. Makes STORE and STORE/TENANT where missing, with the modes of `access`. Throws ConfigError with the
/// cure when the tenant's name is not safe, when a folder on the way may be written by others (sticky ones like /tmp
/// excepted) when STORE/TENANT is a link, or when a link in the tenant's folders leads out of them. Returns STORE/TENANT.
std::filesystem::path open_tenant(std::filesystem::path const& store, std::string const& tenant, StoreAccess access);

/// Throws ConfigError, with the cure, when somebody else could exchange `path` or a folder above it. What does not
/// exist yet is passed over.
void check_path_is_private(std::filesystem::path const& path);

/// Throws ConfigError when a link in the tenant's folder, or directly in nights, runs, cache, tables, models or lock,
/// leads out of the tenant's folder.
void check_links_stay_inside(std::filesystem::path const& tenant);

/// No core dumps, which would hold a tenant's data, unless TIDEMILL_CORE_DUMPS is set.
void forbid_core_dumps();

}  // namespace tidemill::io
