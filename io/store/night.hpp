#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/store/lease.hpp"

namespace tidemill::io {

/// One file of a published night.
struct NightFile {
  std::string path;  ///< inside the night's folder
  std::string digest;
  bool is_result = false;  ///< counts for the night's digest; reports and records hold times and do not
};

/// night.json: written last, so a folder that has one is whole.
struct NightManifest {
  std::string date;    ///< business date, YYYY-MM-DD
  std::string digest;  ///< SHA-256 over paths and digests of the result files: the same for any ranks, any resume
  std::vector<NightFile> files;
};

struct PublishedNight {
  std::filesystem::path folder;
  NightManifest manifest;
  bool unchanged = false;   ///< the same results were published before; nothing was touched
  std::string audit_fault;  ///< why the audit log could not be written; empty when it was. Root's
};

/// For whom and as what a night is published. With a lease the run is checked to hold it still right before each
/// rename, and the audit log tells of the move of `current`; without one neither happens.
struct PublishAs {
  Lease const* lease = nullptr;
  std::string action = "publish";  ///< as the audit log names it
};

/// A folder for the night in the making, empty, beside the published ones but never seen as one. Collective.
std::filesystem::path begin_night(Comm const& comm, std::filesystem::path const& tenant, std::string const& date,
                                  Lease const* lease = nullptr);

/// Collective. Publishes the folder begin_night gave as TENANT/nights/DATE: manifest last, all synced, folder renamed,
/// then TENANT/current swapped by rename. A reader sees the night before or this one, never a part. All files
/// but report.html and record.json are results. A published night is never changed: the same results again publish
/// nothing, other results for the same date become DATE.2, DATE.3, ... `extra` is called with the night's digest before
/// the manifest is written, to add files that show it, and changes none of the others. Files come into the folder by
/// commit_* or copy_file, which leave them durable. Throws Error (exit code locked) when another run has taken the
/// lease over; it publishes nothing then.
PublishedNight publish_night(Comm const& comm, std::filesystem::path const& tenant, std::string const& date,
                             std::filesystem::path const& prepared,
                             std::function<void(std::string const& night_digest)> const& extra = {},
                             PublishAs const& as = {});

/// Collective. Throws DataError unless `folder` holds a manifest and exactly the files it names, all unchanged; the
/// message names each damaged, missing or extra file.
NightManifest verify_night(Comm const& comm, std::filesystem::path const& folder);

/// Collective. One text per damaged, missing or extra file of the folder; none when all is as `manifest` says.
std::vector<std::string> faults_of_night(Comm const& comm, std::filesystem::path const& folder,
                                         NightManifest const& manifest);

/// Collective. Reads night.json; throws DataError when there is none or when it is damaged.
NightManifest read_manifest(Comm const& comm, std::filesystem::path const& folder);
bool is_night(std::filesystem::path const& folder);

}  // namespace tidemill::io
