#pragma once

#include <boost/program_options.hpp>
#include <string>

#include "drivers/night/cache_bounds.hpp"

namespace tidemill::jobs {

/// The options cache.* of `nightly` and `gc`.
struct CacheOptions {
  std::int64_t max_bytes = 0;
  std::string policy = "lru";
  double max_age_days = 0;
};

void add_cache_options(boost::program_options::options_description& out, CacheOptions& options);
/// Throws ConfigError for values that cannot be.
drivers::CacheBounds cache_bounds(CacheOptions const& options);

}  // namespace tidemill::jobs
