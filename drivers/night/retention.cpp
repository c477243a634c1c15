#include "drivers/night/retention.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>
#include <set>

#include "drivers/night/gate_record.hpp"
#include "drivers/night/run_steps.hpp"
#include "drivers/night/step_record.hpp"
#include "io/error.hpp"
#include "io/store/current.hpp"
#include "io/store/night_list.hpp"
#include "io/store/pins.hpp"
#include "io/store/posix.hpp"
#include "io/store/registry.hpp"
#include "io/store/trash.hpp"

namespace tidemill::drivers {
namespace {

namespace fs = std::filesystem;

/// Entries of a folder in byte order; none when it is missing.
std::vector<fs::path> sorted_entries(fs::path const& folder) {
  std::vector<fs::path> entries;
  std::error_code missing;
  for (auto const& entry : fs::directory_iterator(folder, missing)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

double seconds_since_utc(std::string const& utc) {
  std::tm time{};
  if (strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time) == nullptr) return 1e18;
  return std::difftime(std::time(nullptr), timegm(&time));
}

/// When `current` last went from a night to another.
std::map<std::string, double> seconds_since_left(io::AuditLog const& log) {
  std::map<std::string, double> seconds;
  for (io::AuditEntry const& move : io::current_history(log).moves) {
    seconds[move.detail("from")] = seconds_since_utc(move.time);
  }
  return seconds;
}

std::map<std::string, std::string> nights_to_keep(RetentionParams const& params,
                                                  std::vector<io::NightName> const& nights) {
  std::vector<std::string> names;
  for (io::NightName const& night : nights) names.push_back(night.text());
  io::AuditLog const log = io::read_audit(params.tenant);
  std::string const current = io::current_night(params.tenant);
  std::map<std::string, std::string> kept;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names.size() - i <= static_cast<std::size_t>(params.keep)) kept[names[i]] = "one of the newest";
  }
  for (auto const& [night, seconds] : seconds_since_left(log)) {
    if (seconds < params.grace_seconds) kept[night] = "was current a moment ago";
  }
  for (auto const& [night, reason] : io::pinned_nights(params.tenant)) {
    kept[night] = "pinned" + (reason.empty() ? "" : ": " + reason);
  }
  std::string previous = io::current_history(log).before(current, names);
  auto const at = std::find(names.begin(), names.end(), current);
  if (previous.empty() && at != names.begin() && at != names.end()) previous = *std::prev(at);
  if (!previous.empty()) kept[previous] = "previous";
  if (!current.empty()) kept[current] = "current";
  std::erase_if(kept,
                [&](auto const& entry) { return std::find(names.begin(), names.end(), entry.first) == names.end(); });
  return kept;
}

std::optional<RunRecord> read_record_of(fs::path const& folder) {
  fs::path const path = folder / "record.json";
  try {
    return run_record_from_json(io::read_file(path), path.string());
  } catch (Error const&) {
    return std::nullopt;
  }
}

/// What the nights and runs that stay say of steps and runs.
struct References {
  std::set<std::string> steps;  ///< folders in cache/
  std::set<std::string> runs;
  bool are_known = true;    ///< every record could be read
  bool is_finished = true;  ///< the newest run ended with a published night
};

void add_record(std::optional<RunRecord> const& record, References& references) {
  if (!record) {
    references.are_known = false;
    return;
  }
  references.runs.insert(record->run);
  for (StepRecord const& step : record->steps) {
    if (!step.key.empty()) references.steps.insert(folder_of_step("", step.name, step.key).string());
  }
}

References find_references(RetentionParams const& params, RetentionPlan const& plan) {
  References references;
  for (auto const& [night, reason] : plan.kept) {
    add_record(read_record_of(params.tenant / "nights" / night), references);
  }
  std::vector<fs::path> runs = sorted_entries(params.tenant / "runs");
  std::erase_if(runs, [](fs::path const& run) { return !fs::exists(run / "record.json"); });
  std::size_t const kept = std::min(runs.size(), static_cast<std::size_t>(params.keep));
  for (auto run = runs.end() - static_cast<std::ptrdiff_t>(kept); run != runs.end(); ++run) {
    auto const record = read_record_of(*run);
    add_record(record, references);
    references.runs.insert(run->filename().string());
    references.is_finished = record && (record->state == "published" || record->state == "unchanged");
  }
  return references;
}

/// Model and version.
using NamedVersions = std::set<std::pair<std::string, std::string>>;

void add_versions(std::map<std::string, io::ModelAliases> const& aliases, NamedVersions& named) {
  for (auto const& [model, used] : aliases) {
    named.insert({model, used.champion});
    named.insert({model, used.previous});
    for (auto const& [slice, version] : used.slices) named.insert({model, version});
  }
}

/// Versions that a night has in use, decided on or judged.
void add_versions_of_night(fs::path const& night, NamedVersions& named) {
  io::Aliases const aliases = io::read_aliases(io::Comm::self(), night);
  add_versions(aliases.decided, named);
  add_versions(aliases.in_use, named);
  for (GateRecord const& record : gate_records_of(night)) {
    named.insert({record.model, record.version});
    named.insert({record.model, record.compared_with});
    if (record.refreshed) named.insert({record.model, record.refreshed->version});
  }
}

void plan_models(RetentionParams const& params, RetentionPlan& plan) {
  NamedVersions named;
  try {
    for (auto const& [night, reason] : plan.kept) add_versions_of_night(params.tenant / "nights" / night, named);
  } catch (Error const& error) {
    plan.notes.push_back(std::string("all versions of models stay: ") + error.what());
    return;
  }
  for (auto const& [model, versions] : io::list_versions(io::Comm::self(), params.tenant)) {
    std::size_t const old = versions.size() - std::min(versions.size(), static_cast<std::size_t>(params.keep));
    for (std::size_t i = 0; i < old; ++i) {
      if (named.contains({model, versions[i]})) continue;
      plan.removals.push_back({io::version_file(params.tenant, model, versions[i]), "model"});
    }
  }
}

/// NAME-KEY with 16 hexadecimal digits: a folder of run_steps.
bool is_step_folder(fs::path const& path) {
  std::string const name = path.filename().string();
  std::size_t const dash = name.rfind('-');
  return fs::is_directory(fs::symlink_status(path)) && !name.starts_with('.') && dash != std::string::npos &&
         name.size() - dash == 17 && name.find_first_not_of("0123456789abcdef", dash + 1) == std::string::npos;
}

void plan_steps(fs::path const& tenant, References const& references, RetentionPlan& plan) {
  if (!references.are_known) {
    plan.notes.push_back("a record of a kept night or run cannot be read: all steps stay");
    return;
  }
  for (fs::path const& step : sorted_entries(tenant / "cache")) {
    if (!is_step_folder(step) || references.steps.contains(step.filename().string())) continue;
    bool const is_to_be_continued = !fs::exists(step / "step.json") && !references.is_finished;
    if (!is_to_be_continued) plan.removals.push_back({step, "step"});
  }
}

/// Of what is named: steps that go so that the cache stays within its bounds.
void plan_cache(RetentionParams const& params, RetentionPlan& plan) {
  if (!params.cache.is_bounded()) return;
  CacheContent content = read_cache(params.tenant);
  if (!content.is_known) plan.notes.push_back("a record cannot be read: nothing goes for the bounds of the cache");
  // What goes anyway takes no room.
  std::erase_if(content.steps, [&](CachedStep const& step) {
    bool const goes = std::any_of(plan.removals.begin(), plan.removals.end(),
                                  [&](Removal const& removal) { return removal.path == step.folder; });
    if (goes) content.bytes -= step.bytes;
    return goes;
  });
  for (CachedStep const& step : beyond_bounds(content, params.cache, static_cast<double>(std::time(nullptr)))) {
    plan.removals.push_back({step.folder, "step"});
  }
}

void plan_runs(fs::path const& tenant, References const& references, RetentionPlan& plan) {
  for (fs::path const& run : sorted_entries(tenant / "runs")) {
    bool const is_run = !run.filename().string().starts_with('.') && fs::is_directory(fs::symlink_status(run));
    if (is_run && !references.runs.contains(run.filename().string())) plan.removals.push_back({run, "run"});
  }
}

bool is_older(fs::path const& path, double seconds) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return false;
  return std::difftime(std::time(nullptr), status.st_mtime) >= seconds;
}

void plan_leftovers(RetentionParams const& params, RetentionPlan& plan) {
  fs::path const& tenant = params.tenant;
  std::vector<fs::path> folders{tenant, tenant / "nights", tenant / "runs", tenant / "cache", tenant / "pins"};
  for (char const* parent : {"runs", "cache", "models"}) {
    for (fs::path const& folder : sorted_entries(tenant / parent)) {
      if (fs::is_directory(fs::symlink_status(folder))) folders.push_back(folder);
    }
  }
  for (fs::path const& folder : folders) {
    for (fs::path const& entry : sorted_entries(folder)) {
      bool const is_trash = entry.filename().string().starts_with(".trash.");
      bool const is_unfinished = entry.extension() == ".tmp" && is_older(entry, params.grace_seconds);
      if (is_trash || is_unfinished) plan.removals.push_back({entry, "leftover"});
    }
  }
}

/// Counts the bytes of files as their last name goes.
class FreedBytes {
 public:
  std::int64_t of(fs::path const& path) {
    std::int64_t bytes = of_file(path);
    std::error_code gone;
    if (!fs::is_directory(fs::symlink_status(path))) return bytes;
    for (auto const& entry : fs::recursive_directory_iterator(path, gone)) bytes += of_file(entry.path());
    return bytes;
  }

 private:
  std::int64_t of_file(fs::path const& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    return ++names_[{status.st_dev, status.st_ino}] == status.st_nlink ? status.st_size : 0;
  }
  std::map<std::pair<dev_t, ino_t>, nlink_t> names_;
};

}  // namespace

RetentionPlan plan_retention(RetentionParams const& params) {
  RetentionPlan plan;
  std::vector<io::NightName> const nights = io::list_nights(params.tenant);
  plan.kept = nights_to_keep(params, nights);
  for (io::NightName const& night : nights) {
    if (!plan.kept.contains(night.text())) plan.removals.push_back({params.tenant / "nights" / night.text(), "night"});
  }
  plan_models(params, plan);
  References const references = find_references(params, plan);
  plan_runs(params.tenant, references, plan);
  plan_steps(params.tenant, references, plan);
  plan_cache(params, plan);
  plan_leftovers(params, plan);
  // A leftover inside something that goes as a whole goes with it.
  std::vector<Removal> outer;
  for (Removal const& removal : plan.removals) {
    bool const is_inside = std::any_of(outer.begin(), outer.end(),
                                       [&](Removal const& other) { return removal.path.parent_path() == other.path; });
    if (!is_inside) outer.push_back(removal);
  }
  plan.removals = std::move(outer);
  FreedBytes freed;
  for (Removal& removal : plan.removals) plan.bytes += removal.bytes = freed.of(removal.path);
  return plan;
}

void apply_retention(io::LeaseFile const& lease, RetentionPlan const& plan) {
  for (Removal const& removal : plan.removals) {
    lease.check();
    io::discard(removal.path);
    io::sync_folder(removal.path.parent_path());
  }
}

}  // namespace tidemill::drivers
