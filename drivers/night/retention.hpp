#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "drivers/night/cache_bounds.hpp"
#include "io/store/lease_file.hpp"

namespace tidemill::drivers {

struct RetentionParams {
  std::filesystem::path tenant;  ///< STORE/TENANT
  int keep = 7;                  ///< newest nights, runs and versions of each model that stay
  double grace_seconds = 3600;   ///< a night that was current so recently stays: readers may still be in it
  CacheBounds cache = {};        ///< of the finished steps that nights and runs name
};

/// Something that a tenant's store no longer needs.
struct Removal {
  std::filesystem::path path;
  std::string kind;        ///< night, model, step, run or leftover
  std::int64_t bytes = 0;  ///< freed by removing it with all before it; files that others share count for the last
};

struct RetentionPlan {
  std::vector<Removal> removals;            ///< in the order in which they go
  std::map<std::string, std::string> kept;  ///< night -> why it stays
  std::int64_t bytes = 0;
  std::vector<std::string> notes;  ///< what stays because it could not be judged
};

/// What may go: nights but the newest `keep`, the current one, the one before it, those pinned and those just left;
/// versions of models but the newest `keep` of each and those that a kept night has in use, decided on or judged;
/// run folders but the newest `keep` and those that made a kept night; finished steps that no kept night or run names,
/// and unfinished ones unless the newest run is to be continued; named ones beyond the bounds of the cache; files in
/// the making and what interrupted removals left. Names that the store does not know stay. Not collective; the caller
/// holds the lease, or only looks.
RetentionPlan plan_retention(RetentionParams const& params);

/// Removes what was planned, piece by piece: each gets a hidden name first, and the lease is checked before each.
/// Can be killed anywhere and run again. Not collective.
void apply_retention(io::LeaseFile const& lease, RetentionPlan const& plan);

}  // namespace tidemill::drivers
