#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "drivers/night/step_record.hpp"

namespace tidemill::drivers {

/// Which finished step of the cache goes first when there is too much.
enum class CachePolicy {
  lru,  ///< the one whose last use lies back furthest
  lfu,  ///< the one that the fewest runs used; of equal ones as lru
  ttl,  ///< the one that was made first
};
/// Throws ConfigError naming the known ones.
CachePolicy cache_policy_named(std::string const& name);

struct CacheBounds {
  std::int64_t max_bytes = 0;  ///< of all finished steps together; 0: any number
  CachePolicy policy = CachePolicy::lru;
  /// A step that was not used (ttl: that was made) longer ago goes whatever there is room for; 0: none does.
  double max_age_seconds = 0;
  bool is_bounded() const { return max_bytes > 0 || max_age_seconds > 0; }
};

/// A finished step in the cache, and what the records of runs and nights tell of its use. A run is a use when it made
/// the step or found it there.
struct CachedStep {
  std::filesystem::path folder;
  std::int64_t bytes = 0;
  double made = 0;       ///< seconds since 1970
  double last_used = 0;  ///< the same; not before `made`
  int uses = 0;
  bool is_needed = false;  ///< by a pinned night or a run that is to go on: never goes
};

/// What the cache holds. The use is kept nowhere but in the records, so nothing can be out of step with them.
struct CacheContent {
  std::vector<CachedStep> steps;  ///< in byte order
  std::int64_t bytes = 0;         ///< of all of them
  bool is_known = true;           ///< every record could be read; if not nothing may go
};

/// Not collective; the caller holds the tenant's lease, or only looks.
CacheContent read_cache(std::filesystem::path const& tenant);

/// Steps that go, in this order, so that the bounds hold; those that are needed stay even if they do not. `now`:
/// seconds since 1970.
std::vector<CachedStep> beyond_bounds(CacheContent const& content, CacheBounds const& bounds, double now);

/// How much of a run the cache saved.
struct CacheUse {
  std::int64_t hits = 0, steps = 0;
  double saved_seconds = 0;
  double hit_rate() const { return steps == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(steps); }
};
CacheUse cache_use_of(RunRecord const& run);

}  // namespace tidemill::drivers
