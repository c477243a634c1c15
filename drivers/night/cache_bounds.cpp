#include "drivers/night/cache_bounds.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <tuple>

#include "drivers/night/run_steps.hpp"
#include "io/error.hpp"
#include "io/store/night_list.hpp"
#include "io/store/pins.hpp"
#include "io/store/posix.hpp"

namespace tidemill::drivers {
namespace {

namespace fs = std::filesystem;

struct StepUse {
  double last_used = 0;
  int uses = 0;
  bool is_needed = false;
};
/// By the name of the step's folder.
using StepUses = std::map<std::string, StepUse>;

double seconds_of_utc(std::string const& utc) {
  std::tm time{};
  return strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time) == nullptr ? 0 : static_cast<double>(timegm(&time));
}

void add_uses(RunRecord const& run, bool is_needed, bool counts, StepUses& uses) {
  for (StepRecord const& step : run.steps) {
    if (step.key.empty()) continue;
    StepUse& use = uses[folder_of_step("", step.name, step.key).string()];
    use.last_used = std::max(use.last_used, seconds_of_utc(run.started));
    use.uses += counts ? 1 : 0;
    use.is_needed = use.is_needed || is_needed;
  }
}

/// Folders in byte order that have a record.json; none when `parent` is missing.
std::vector<fs::path> folders_with_record(fs::path const& parent) {
  std::vector<fs::path> folders;
  std::error_code missing;
  for (auto const& entry : fs::directory_iterator(parent, missing)) {
    bool const is_hidden = entry.path().filename().string().starts_with('.');
    if (!is_hidden && fs::exists(entry.path() / "record.json")) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

RunRecord record_of_folder(fs::path const& folder) {
  fs::path const path = folder / "record.json";
  return run_record_from_json(io::read_file(path), path.string());
}

/// Throws DataError when a record cannot be read.
StepUses uses_in_store(fs::path const& tenant) {
  StepUses uses;
  std::vector<fs::path> const runs = folders_with_record(tenant / "runs");
  for (fs::path const& run : runs) {
    RunRecord const record = record_of_folder(run);
    // The newest run is gone on with unless it came to its end; names of runs begin with their time.
    bool const is_over = record.state == "published" || record.state == "unchanged";
    add_uses(record, run == runs.back() && !is_over, true, uses);
  }
  // A night's record is its run's: it is no other use, but it may be all that is left of the run.
  auto const pins = io::pinned_nights(tenant);
  for (fs::path const& night : folders_with_record(tenant / "nights")) {
    RunRecord const record = record_of_folder(night);
    bool const has_run = std::any_of(runs.begin(), runs.end(),
                                     [&](fs::path const& run) { return run.filename().string() == record.run; });
    add_uses(record, pins.contains(night.filename().string()), !has_run, uses);
  }
  return uses;
}

std::int64_t bytes_of_tree(fs::path const& folder) {
  std::int64_t bytes = 0;
  std::error_code gone;
  for (auto const& entry : fs::recursive_directory_iterator(folder, gone)) {
    if (entry.is_regular_file(gone)) bytes += static_cast<std::int64_t>(entry.file_size(gone));
  }
  return bytes;
}

/// A step is made once its record is there, and never changed after that.
double time_of_record(fs::path const& folder) {
  struct stat status {};
  return ::stat((folder / "step.json").c_str(), &status) == 0 ? static_cast<double>(status.st_mtime) : 0;
}

/// Smaller goes first.
std::tuple<double, double, std::string> order_of_going(CachedStep const& step, CachePolicy policy) {
  std::string const name = step.folder.filename().string();
  switch (policy) {
    case CachePolicy::lfu:
      return {step.uses, step.last_used, name};
    case CachePolicy::ttl:
      return {step.made, step.last_used, name};
    default:
      return {step.last_used, step.made, name};
  }
}

}  // namespace

CachePolicy cache_policy_named(std::string const& name) {
  if (name == "lru") return CachePolicy::lru;
  if (name == "lfu") return CachePolicy::lfu;
  if (name == "ttl") return CachePolicy::ttl;
  throw ConfigError("cache.policy = " + name +
                    ": expected lru (longest unused first), lfu (least used first) or ttl (oldest first)");
}

CacheContent read_cache(fs::path const& tenant) {
  CacheContent content;
  StepUses uses;
  try {
    uses = uses_in_store(tenant);
  } catch (Error const&) {
    content.is_known = false;
  }
  std::error_code missing;
  for (auto const& entry : fs::directory_iterator(tenant / "cache", missing)) {
    std::string const name = entry.path().filename().string();
    if (name.starts_with('.') || !fs::exists(entry.path() / "step.json")) continue;
    CachedStep step{entry.path(), bytes_of_tree(entry.path()), time_of_record(entry.path()), 0, 0, false};
    auto const use = uses.find(name);
    if (use != uses.end()) {
      step.last_used = use->second.last_used;
      step.uses = use->second.uses;
      step.is_needed = use->second.is_needed;
    }
    step.last_used = std::max(step.last_used, step.made);
    content.bytes += step.bytes;
    content.steps.push_back(step);
  }
  std::sort(content.steps.begin(), content.steps.end(),
            [](CachedStep const& a, CachedStep const& b) { return a.folder < b.folder; });
  return content;
}

std::vector<CachedStep> beyond_bounds(CacheContent const& content, CacheBounds const& bounds, double now) {
  if (!content.is_known) return {};
  std::vector<CachedStep> steps = content.steps;
  std::erase_if(steps, [](CachedStep const& step) { return step.is_needed; });
  std::sort(steps.begin(), steps.end(), [&](CachedStep const& a, CachedStep const& b) {
    return order_of_going(a, bounds.policy) < order_of_going(b, bounds.policy);
  });
  auto const is_too_old = [&](CachedStep const& step) {
    double const since = bounds.policy == CachePolicy::ttl ? step.made : step.last_used;
    return bounds.max_age_seconds > 0 && now - since > bounds.max_age_seconds;
  };
  std::stable_partition(steps.begin(), steps.end(), is_too_old);
  std::vector<CachedStep> going;
  std::int64_t left = content.bytes;
  for (CachedStep const& step : steps) {
    if (!is_too_old(step) && (bounds.max_bytes == 0 || left <= bounds.max_bytes)) break;
    left -= step.bytes;
    going.push_back(step);
  }
  return going;
}

CacheUse cache_use_of(RunRecord const& run) {
  CacheUse use;
  for (StepRecord const& step : run.steps) {
    if (step.key.empty()) continue;  // publishing is never reused
    ++use.steps;
    use.hits += step.reused ? 1 : 0;
    use.saved_seconds += step.saved_seconds;
  }
  return use;
}

}  // namespace tidemill::drivers
