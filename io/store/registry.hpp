#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "io/store/commit.hpp"
#include "io/store/lease.hpp"

namespace tidemill::io {

// Models of a tenant: TENANT/models/NAME/VERSION.h5, never changed once there. Which of them are in use is said by
// aliases.json of each published night, so that swapping TENANT/current swaps models and scores together.

/// Where a version comes from; kept inside its file.
struct Lineage {
  Provenance provenance;  ///< kind "model"; options, seed and digests of inputs
  std::string date;       ///< business date of the night that trained it
  std::string parent;     ///< version of the champion it was judged against; empty: none
  std::map<std::string, double> metrics;
};

struct VersionInfo {
  std::string name, version;
  Lineage lineage;
  std::string program_version;
  std::string digest;  ///< as stored in the file
};

std::filesystem::path version_file(std::filesystem::path const& tenant, std::string const& name,
                                   std::string const& version);

/// Collective. Commits a new version whose datasets `write` makes and returns its name, DATE-DIGEST: the business date
/// and the first 12 hexadecimal digits of the content digest, so the same content is the same version and a version
/// that is there already stays untouched.
std::string register_model(Comm const& comm, std::filesystem::path const& tenant, std::string const& name,
                           Lineage const& lineage, std::function<void(Hdf5File&)> const& write);

/// Collective. All versions by model name, oldest date first.
std::map<std::string, std::vector<std::string>> list_versions(Comm const& comm, std::filesystem::path const& tenant);

/// Collective. What the file says of itself. Throws DataError when there is no such version, naming the nearest one.
VersionInfo read_version(Comm const& comm, std::filesystem::path const& tenant, std::string const& name,
                         std::string const& version);

/// Collective. Throws DataError unless the file is whole and its content is the one that its name stands for.
void verify_version(Comm const& comm, std::filesystem::path const& tenant, std::string const& name,
                    std::string const& version);

/// The versions of one model that are in use. Empty: none.
struct ModelAliases {
  std::string champion, previous;
  std::map<std::string, std::string> slices = {};  ///< by name of the slice; the champion serves all others
  bool operator==(ModelAliases const&) const = default;
};

/// aliases.json of a night.
struct Aliases {
  std::string base;                             ///< night whose champions stood against this night's challengers
  std::map<std::string, ModelAliases> decided;  ///< by the night itself
  std::map<std::string, ModelAliases> in_use;   ///< the same, or what a person promoted afterwards
  std::string promotion;                        ///< which promotion that was and why; empty: none
};
constexpr char const* aliases_name = "aliases.json";

std::string to_json(Aliases const& aliases);
/// Collective. Of a published night; empty when it has none (a night of an older release).
Aliases read_aliases(Comm const& comm, std::filesystem::path const& night);

/// Collective. The folder name of the night whose champions a night of `date` is to be compared with: the current one
/// when it is older; the current one's own base when it is of the same date (so that a repeated night does the same);
/// else the newest one before `date`. Empty: none.
std::string base_night(Comm const& comm, std::filesystem::path const& tenant, std::string const& date);

/// Collective. What a night of `date` that decided `aliases` writes: with a promotion by hand that was made on top of
/// the same decision, that one's, so that repeating the night does not undo it.
Aliases keep_promotion(Comm const& comm, std::filesystem::path const& tenant, std::string const& date,
                       Aliases const& aliases);

/// Collective. Publishes a new revision of the current night that differs in aliases.json only; all other files are
/// hard links to the same bytes. Returns its folder. Under `lease` it is fenced and logged; null: for tests.
std::filesystem::path publish_aliases(Comm const& comm, std::filesystem::path const& tenant, Aliases const& aliases,
                                      Lease const* lease = nullptr);

}  // namespace tidemill::io
