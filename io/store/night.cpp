#include "io/store/night.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "io/digest/sha256.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/committed_digest.hpp"
#include "io/store/current.hpp"
#include "io/store/night_list.hpp"
#include "io/store/posix.hpp"
#include "io/store/seal.hpp"
#include "io/store/shared_names.hpp"

namespace tidemill::io {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(NightFile, path, digest, is_result)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(NightManifest, date, digest, files)

namespace {

namespace fs = std::filesystem;

constexpr char const* manifest_name = "night.json";
/// These hold times; all other files are results.
bool is_result(std::string const& name) { return name != "report.html" && name != "record.json"; }

/// All files below `folder` but the manifest, in byte order; the same on every rank.
std::vector<std::string> list_files(Comm const& comm, fs::path const& folder) {
  return shared_names(comm, "list " + folder.string(), [&] {
    std::vector<std::string> names;
    for (auto const& entry : fs::recursive_directory_iterator(folder)) {
      std::string const name = fs::relative(entry.path(), folder).generic_string();
      bool const is_folder = fs::is_directory(entry.symlink_status());
      if (!is_folder && name != manifest_name) names.push_back(name);
    }
    return names;
  });
}

/// Digests of all files below `folder`; those in `known` are taken from there.
std::vector<NightFile> digest_files(Comm const& comm, fs::path const& folder,
                                    std::vector<NightFile> const& known = {}) {
  std::vector<NightFile> files;
  for (std::string const& name : list_files(comm, folder)) {
    auto const found = std::ranges::find(known, name, &NightFile::path);
    bool const is_known = found != known.end();
    files.push_back({name, is_known ? found->digest : digest_of_committed(comm, folder / name), is_result(name)});
  }
  return files;
}

std::string digest_of_results(std::vector<NightFile> const& files) {
  Sha256 sum;
  for (NightFile const& file : files) {
    if (!file.is_result) continue;
    sum.add_field(file.path);
    sum.add_field(file.digest);
  }
  return hex(sum.finish());
}

fs::path night_folder(fs::path const& tenant, std::string const& date, int revision) {
  return tenant / "nights" / (revision == 1 ? date : fmt::format("{}.{}", date, revision));
}

/// The newest published revision of this date (0: none). Older ones may be gone.
int newest_revision(Comm const& comm, fs::path const& tenant, std::string const& date) {
  int revision = 0;
  agree(comm, "list the nights", [&] {
    if (!comm.is_root()) return;
    for (NightName const& night : list_nights(tenant)) {
      if (night.date == date) revision = std::max(revision, night.revision);
    }
  });
  comm.broadcast(std::span(&revision, 1));
  return revision;
}

/// Sealed, and with the folder's name: a night under another night's name must not pass for it.
std::string manifest_text(PublishedNight const& night) {
  nlohmann::json json(night.manifest);
  json["folder"] = night.folder.filename().string();
  return with_seal(json.dump());
}

/// The files were synced when they were written; their names were not.
void sync_folders(fs::path const& folder) {
  for (auto const& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_directory()) sync_folder(entry.path());
  }
  sync_folder(folder);
}

/// A relative link, so that a store can be moved as a whole.
void point_current_without_lease(fs::path const& tenant, std::string const& night) {
  fs::path const target = fs::path("nights") / night;
  fs::path const link = tenant / "current";
  std::error_code missing;
  if (fs::read_symlink(link, missing) == target) return;
  fs::path const fresh = tenant / "current.tmp";
  remove_if_present(fresh);
  make_link(target, fresh);
  rename_file(fresh, link);
  sync_folder(tenant);
}

/// Returns why the audit log could not be written, on root; empty when it was.
std::string point_current_to(Comm const& comm, fs::path const& tenant, PublishedNight const& night,
                             PublishAs const& as) {
  std::string audit_fault;
  agree(comm, "swap current", [&] {
    if (!comm.is_root()) return;
    std::string const name = night.folder.filename().string();
    if (as.lease == nullptr) return point_current_without_lease(tenant, name);
    audit_fault =
        move_current(*as.lease->file(), tenant, name, as.action, {{"digest", night.manifest.digest}}).audit_fault;
  });
  return audit_fault;
}

void remove_tree(Comm const& comm, fs::path const& folder) {
  agree(comm, "remove " + folder.string(), [&] {
    if (comm.is_root()) io::remove_tree(folder);
  });
}

}  // namespace

bool is_night(fs::path const& folder) { return fs::is_regular_file(folder / manifest_name); }

fs::path begin_night(Comm const& comm, fs::path const& tenant, std::string const& date, Lease const* lease) {
  std::string const number = lease == nullptr ? "" : "." + std::to_string(lease->number());
  fs::path const prepared = tenant / "nights" / ("." + date + number + ".tmp");  // LeaseFile::private_name
  remove_tree(comm, prepared);
  agree(comm, "prepare " + prepared.string(), [&] {
    if (comm.is_root()) make_folders(prepared);
  });
  return prepared;
}

PublishedNight publish_night(Comm const& comm, fs::path const& tenant, std::string const& date,
                             fs::path const& prepared,
                             std::function<void(std::string const& night_digest)> const& extra, PublishAs const& as) {
  PublishedNight night;
  std::vector<NightFile> const results = digest_files(comm, prepared);
  std::string const digest = digest_of_results(results);
  int const newest = newest_revision(comm, tenant, date);
  if (newest > 0) {
    night.folder = night_folder(tenant, date, newest);
    night.manifest = read_manifest(comm, night.folder);
    if (night.manifest.digest == digest) {
      night.unchanged = true;
      remove_tree(comm, prepared);
      night.audit_fault = point_current_to(comm, tenant, night, as);  // a run may have been killed just before it did
      return night;
    }
  }
  if (extra) extra(digest);
  night.folder = night_folder(tenant, date, newest + 1);
  night.manifest = {date, digest, digest_files(comm, prepared, results)};
  agree(comm, "sync " + prepared.string(), [&] {
    if (comm.is_root()) sync_folders(prepared);
  });
  commit_text(comm, prepared / manifest_name, comm.is_root() ? manifest_text(night) : "");
  agree(comm, "publish " + night.folder.string(), [&] {
    if (!comm.is_root()) return;
    if (as.lease != nullptr) return as.lease->file()->publish(prepared, night.folder);
    rename_file(prepared, night.folder);
    sync_folder(night.folder.parent_path());
  });
  night.audit_fault = point_current_to(comm, tenant, night, as);
  return night;
}

NightManifest read_manifest(Comm const& comm, fs::path const& folder) {
  NightManifest manifest;
  std::string text;
  agree(comm, "read " + (folder / manifest_name).string(), [&] {
    if (!comm.is_root()) return;
    if (!is_night(folder)) {
      throw DataError(folder.string() + " is not a published night: it has no " + manifest_name +
                      "; nights are the folders STORE/TENANT/nights/DATE");
    }
    text = read_file(folder / manifest_name);
    check_seal(text, (folder / manifest_name).string());
    try {
      nlohmann::json::parse(text).get_to(manifest);
    } catch (nlohmann::json::exception const& error) {
      throw DataError(
          fmt::format("{} is damaged: {}; publish the night again", (folder / manifest_name).string(), error.what()));
    }
  });
  text = comm.broadcast(text);
  if (!comm.is_root()) nlohmann::json::parse(text).get_to(manifest);
  return manifest;
}

std::vector<std::string> faults_of_night(Comm const& comm, fs::path const& folder, NightManifest const& manifest) {
  std::vector<std::string> faults;
  std::set<std::string> named;
  std::vector<std::string> const present = list_files(comm, folder);
  for (NightFile const& file : manifest.files) {
    named.insert(file.path);
    if (!std::binary_search(present.begin(), present.end(), file.path)) {
      faults.push_back(file.path + " is missing");
      continue;
    }
    try {
      std::string const found = digest_of_file(comm, folder / file.path);
      if (found != file.digest) faults.push_back(fmt::format("{} is {}, expected {}", file.path, found, file.digest));
    } catch (Error const& error) {
      faults.push_back(file.path + " cannot be read: " + error.what());
    }
  }
  for (std::string const& name : present) {
    if (!named.contains(name)) faults.push_back(name + " does not belong to the night");
  }
  if (digest_of_results(manifest.files) != manifest.digest)
    faults.push_back("the night's digest does not fit its files");
  return faults;
}

NightManifest verify_night(Comm const& comm, fs::path const& folder) {
  NightManifest const manifest = read_manifest(comm, folder);
  std::vector<std::string> const faults = faults_of_night(comm, folder, manifest);
  if (!faults.empty()) {
    throw DataError(fmt::format("{} is damaged: {}; use the night before or run the night again", folder.string(),
                                fmt::join(faults, "; ")));
  }
  return manifest;
}

}  // namespace tidemill::io
