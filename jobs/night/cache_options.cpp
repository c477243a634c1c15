#include "jobs/night/cache_options.hpp"

#include "io/error.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {

void add_cache_options(po::options_description& out, CacheOptions& options) {
  auto add = out.add_options();
  add("cache.max-bytes", po::value(&options.max_bytes)->default_value(options.max_bytes),
      "of a tenant's finished steps, kept for reuse; 0: any number");
  add("cache.policy", po::value(&options.policy)->default_value(options.policy),
      "which step goes first: lru (longest unused), lfu (least used) or ttl (oldest)");
  add("cache.max-age-days", po::value(&options.max_age_days)->default_value(options.max_age_days),
      "steps unused for longer go (ttl: made longer ago); 0: none does");
}

drivers::CacheBounds cache_bounds(CacheOptions const& options) {
  if (options.max_bytes < 0) throw ConfigError("cache.max-bytes: expected 0 or more");
  if (!(options.max_age_days >= 0)) throw ConfigError("cache.max-age-days: expected 0 or more");
  return {options.max_bytes, drivers::cache_policy_named(options.policy), 86400 * options.max_age_days};
}

}  // namespace tidemill::jobs
