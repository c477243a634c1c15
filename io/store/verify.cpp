#include "io/store/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "io/error.hpp"
#include "io/hdf5/file.hpp"
#include "io/store/commit.hpp"
#include "io/store/night.hpp"
#include "io/store/posix.hpp"
#include "io/store/seal.hpp"

namespace tidemill::io {
namespace {

namespace fs = std::filesystem;

constexpr char const* step_record = "step.json";
constexpr char const* night_record = "night.json";
constexpr char const* checkpoints_of_step = "checkpoints";

/// What one rank found to check; the same list goes to all.
enum class StoreFindingKind : char { night = 'n', step = 's', file = 'f', fault = 'x' };

struct StoreFinding {
  StoreFindingKind kind;
  std::string path;
  std::string what;  ///< of a fault
};

bool is_leftover(std::string const& name) { return name.starts_with(".") || name.ends_with(".tmp"); }

/// The tenant's log of how `current` moved: each line of audit.jsonl that has "to" among its details. A move that was
/// started may have happened or not.
struct LoggedPointer {
  std::string from, to;
  bool is_done = false;
};

std::optional<LoggedPointer> logged_pointer(fs::path const& tenant) {
  fs::path const log = tenant / "audit.jsonl";
  if (!fs::is_regular_file(log)) return std::nullopt;
  std::optional<LoggedPointer> last;
  std::string const text = read_file(log);
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    auto const line = nlohmann::json::parse(text.substr(at, end - at), nullptr, false);
    if (!line.is_object() || !line.contains("details") || !line["details"].is_object()) continue;
    nlohmann::json const& details = line["details"];
    if (!details.contains("to")) continue;
    last = {details.value("from", ""), details.value("to", ""), details.value("state", "") == "done"};
  }
  return last;
}

/// Empty when TENANT/current is as it should be.
std::string fault_of_pointer(fs::path const& tenant) {
  fs::path const link = tenant / "current";
  if (!fs::exists(fs::symlink_status(link))) {
    return "is missing though nights are published; run the night again, or roll back to one";
  }
  if (!fs::is_symlink(fs::symlink_status(link))) return "is no link to a night; remove it and run the night again";
  fs::path const target = fs::read_symlink(link);
  if (target.parent_path() != "nights" || !is_night(tenant / target)) {
    return fmt::format("leads to {}, which is no published night; run the night again, or roll back to one",
                       target.string());
  }
  auto const logged = logged_pointer(tenant);
  std::string const night = target.filename().string();
  if (!logged || night == logged->to || (!logged->is_done && night == logged->from)) return "";
  return fmt::format("leads to {}, the audit log says {}", night, logged->to);
}

std::vector<fs::path> sorted_entries(fs::path const& folder) {
  std::vector<fs::path> entries;
  for (auto const& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

void find_below(fs::path const& folder, std::vector<StoreFinding>& found);

void find_published(fs::path const& folder, std::vector<StoreFinding>& found) {
  bool is_any = false;
  for (fs::path const& entry : sorted_entries(folder)) {
    if (is_leftover(entry.filename().string())) continue;
    if (fs::is_directory(fs::symlink_status(entry)) && is_night(entry)) {
      found.push_back({StoreFindingKind::night, entry.string(), ""});
      is_any = true;
    } else {
      found.push_back({StoreFindingKind::fault, entry.string(), std::string("is no night: it has no ") + night_record});
    }
  }
  fs::path const tenant = folder.parent_path();
  if (!is_any && !fs::exists(fs::symlink_status(tenant / "current"))) return;
  std::string const fault = fault_of_pointer(tenant);
  if (!fault.empty()) found.push_back({StoreFindingKind::fault, (tenant / "current").string(), fault});
}

void find_entry(fs::path const& entry, std::vector<StoreFinding>& found) {
  std::string const name = entry.filename().string();
  auto const status = fs::symlink_status(entry);
  if (is_leftover(name) || fs::is_symlink(status)) return;
  if (fs::is_regular_file(status)) {
    if (entry.extension() == ".h5") found.push_back({StoreFindingKind::file, entry.string(), ""});
    return;
  }
  if (!fs::is_directory(status)) return;
  if (name == "nights") return find_published(entry, found);
  if (fs::exists(entry / night_record)) return found.push_back({StoreFindingKind::night, entry.string(), ""});
  if (!fs::exists(entry / step_record)) return find_below(entry, found);
  found.push_back({StoreFindingKind::step, entry.string(), ""});
  if (fs::is_directory(entry / checkpoints_of_step)) find_below(entry / checkpoints_of_step, found);
}

void find_below(fs::path const& folder, std::vector<StoreFinding>& found) {
  for (fs::path const& entry : sorted_entries(folder)) find_entry(entry, found);
}

/// A file whose name ends otherwise stands below a folder with a record that names it.
std::optional<fs::path> folder_with_record(fs::path const& file) {
  for (fs::path folder = fs::absolute(file).parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    if (fs::exists(folder / night_record) || fs::exists(folder / step_record)) return folder;
  }
  return std::nullopt;
}

std::vector<StoreFinding> find_at(fs::path path) {
  if (!path.has_filename()) path = path.parent_path();  // NIGHT/ is NIGHT
  std::vector<StoreFinding> found;
  if (!fs::exists(path)) return {{StoreFindingKind::fault, path.string(), "does not exist"}};
  if (!fs::is_directory(path)) return {{StoreFindingKind::file, path.string(), ""}};
  if (is_night(path)) return {{StoreFindingKind::night, path.string(), ""}};
  if (fs::exists(path / step_record)) return {{StoreFindingKind::step, path.string(), ""}};
  if (path.filename() == "nights") {
    find_published(fs::absolute(path), found);
  } else {
    find_below(path, found);
  }
  if (found.empty()) found.push_back({StoreFindingKind::fault, path.string(), "holds nothing that can be verified"});
  return found;
}

std::vector<StoreFinding> find_on_root(Comm const& comm, fs::path const& path) {
  std::string text;
  agree(comm, "look into " + path.string(), [&] {
    if (!comm.is_root()) return;
    nlohmann::json list = nlohmann::json::array();
    for (StoreFinding const& finding : find_at(path)) {
      list.push_back({static_cast<int>(finding.kind), finding.path, finding.what});
    }
    text = list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  });
  std::vector<StoreFinding> found;
  for (nlohmann::json const& line : nlohmann::json::parse(comm.broadcast(text))) {
    found.push_back(
        {static_cast<StoreFindingKind>(line[0].get<int>()), line[1].get<std::string>(), line[2].get<std::string>()});
  }
  return found;
}

/// Collective. What root makes of a file that only it reads, on every rank.
std::string on_root(Comm const& comm, std::string const& phase, std::function<std::string()> const& work) {
  std::string text;
  agree(comm, phase, [&] {
    if (comm.is_root()) text = work();
  });
  return comm.broadcast(text);
}

void check_night_place(Comm const& comm, fs::path const& folder) {
  on_root(comm, "check " + folder.string(), [&] {
    fs::path const place = fs::canonical(folder);
    auto const json = nlohmann::json::parse(read_file(place / night_record));
    std::string const named = json.value("folder", "");
    if (place.parent_path().filename() == "nights" && named != place.filename()) {
      throw DataError("it is the night " + named + " under another one's name");
    }
    return std::string();
  });
}

void verify_one_night(Comm const& comm, std::string const& path, VerifyReport& report) {
  NightManifest const manifest = read_manifest(comm, path);
  check_night_place(comm, path);
  std::vector<std::string> const faults = faults_of_night(comm, path, manifest);
  for (std::string const& fault : faults) report.faults.push_back({path, fault});
  ++report.nights;
  report.files += static_cast<std::int64_t>(manifest.files.size());
  if (faults.empty()) report.whole.push_back({path, manifest.digest});
}

using FileDigests = std::map<std::string, std::string>;

/// The files a step's record names; throws DataError when the record is damaged or another step's.
FileDigests files_of_step(Comm const& comm, fs::path const& folder) {
  std::string const files = on_root(comm, "read " + (folder / step_record).string(), [&] {
    std::string const text = read_file(folder / step_record);
    check_seal(text, step_record);
    auto const json = nlohmann::json::parse(text);
    std::string const name = fmt::format("{}-{}", json.value("name", ""), json.value("key", "").substr(0, 16));
    if (fs::canonical(folder).filename() != name) throw DataError("its record is that of the step " + name);
    return json.at("files").dump();
  });
  return nlohmann::json::parse(files).get<FileDigests>();
}

void verify_one_step(Comm const& comm, fs::path const& folder, VerifyReport& report) {
  FileDigests const files = files_of_step(comm, folder);
  std::vector<std::string> faults;
  for (auto const& [name, digest] : files) {
    try {
      if (digest_of_file(comm, folder / name) != digest) faults.push_back(name + " was changed");
    } catch (Error const& error) {
      faults.push_back(name + " cannot be read: " + error.what());
    }
  }
  std::string const extra = on_root(comm, "list " + folder.string(), [&] {
    std::string names;
    for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
      std::string const name = fs::relative(entry->path(), folder).generic_string();
      if (name == checkpoints_of_step) entry.disable_recursion_pending();
      if (fs::is_directory(entry->symlink_status()) || name == step_record || is_leftover(name)) continue;
      if (!files.contains(name)) names += name + "\n";
    }
    return names;
  });
  for (std::size_t at = 0, end; (end = extra.find('\n', at)) != std::string::npos; at = end + 1) {
    faults.push_back(extra.substr(at, end - at) + " does not belong to the step");
  }
  for (std::string const& fault : faults) report.faults.push_back({folder.string(), fault});
  ++report.steps;
  report.files += static_cast<std::int64_t>(files.size());
  if (faults.empty()) report.whole.push_back({folder.string(), ""});
}

/// A checkpoint says which step it is of; under another name it would be taken for that of another step.
void check_checkpoint_name(Comm const& comm, fs::path const& path) {
  std::string const name = path.stem().string();
  if (!name.starts_with("checkpoint-")) return;
  on_root(comm, "check " + path.string(), [&] {
    Hdf5File file = Hdf5File::open(Comm::self(), path);
    if (file.has_attribute("/", "step") && name != fmt::format("checkpoint-{}", file.integer_attribute("/", "step"))) {
      throw DataError(fmt::format("it is the checkpoint of step {}", file.integer_attribute("/", "step")));
    }
    return std::string();
  });
}

/// The digest that a night's or step's record has of a file in it; empty when there is no such record.
std::string recorded_digest(Comm const& comm, fs::path const& path) {
  return on_root(comm, "find the record of " + path.string(), [&]() -> std::string {
    auto const folder = folder_with_record(path);
    if (!folder) return "";
    bool const is_of_night = fs::exists(*folder / night_record);
    std::string const text = read_file(*folder / (is_of_night ? night_record : step_record));
    check_seal(text, is_of_night ? night_record : step_record);
    std::string const name = fs::relative(fs::absolute(path), *folder).generic_string();
    auto const json = nlohmann::json::parse(text);
    if (name == night_record || name == step_record) return "sealed";
    if (!is_of_night) return json.at("files").value(name, "");
    for (nlohmann::json const& file : json.at("files")) {
      if (file.at("path") == name) return file.at("digest");
    }
    return "";
  });
}

void verify_one_file(Comm const& comm, fs::path const& path, VerifyReport& report) {
  ++report.files;
  if (path.extension() == ".h5") {
    std::string const digest = verify_hdf5(comm, path);
    check_checkpoint_name(comm, path);
    report.whole.push_back({path.string(), digest});
    return;
  }
  std::string const recorded = recorded_digest(comm, path);
  if (recorded.empty()) {
    // HDF5 under another name, or nothing of ours.
    report.whole.push_back({path.string(), verify_hdf5(comm, path)});
    return;
  }
  std::string const digest = digest_of_file(comm, path);
  if (recorded != "sealed" && digest != recorded) {
    throw DataError(fmt::format("its digest is {}, expected {}", digest, recorded));
  }
  report.whole.push_back({path.string(), digest});
}

}  // namespace

void verify_path(Comm const& comm, fs::path const& path, VerifyReport& report) {
  std::vector<StoreFinding> found;
  try {
    found = find_on_root(comm, path);
  } catch (Error const& error) {
    report.faults.push_back({path.string(), error.what()});
  }
  for (StoreFinding const& finding : found) {
    try {
      if (finding.kind == StoreFindingKind::night) verify_one_night(comm, finding.path, report);
      if (finding.kind == StoreFindingKind::step) verify_one_step(comm, finding.path, report);
      if (finding.kind == StoreFindingKind::file) verify_one_file(comm, finding.path, report);
    } catch (Error const& error) {
      report.faults.push_back({finding.path, error.what()});
    }
    if (finding.kind == StoreFindingKind::fault) report.faults.push_back({finding.path, finding.what});
  }
}

}  // namespace tidemill::io
