#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "drivers/night/asset_steps.hpp"
#include "jobs/command.hpp"
#include "jobs/night/alerts.hpp"
#include "jobs/night/asset_options.hpp"
#include "jobs/night/cache_options.hpp"

namespace tidemill::jobs {

/// The options of `nightly` as people type them. In an INI file the part before the dot is a section.
struct NightOptions {
  std::string store, tenant = "main", date, stop_after, title, currency = "USD";
  std::string input, date_order, price_demand = "elasticity", price_endings, menu_variant = "kasavana_smith",
                                 gate_metrics = "wape,bias";
  std::string gate_slices;
  std::vector<std::string> sources;
  bool group_access = false;  ///< of a tenant that is made now
  std::string costs, promotions, metrics_file;
  AlertLimits alerts;
  CacheOptions cache;
  AssetOptions asset;
  drivers::NightParams params;
};

/// An option's value as text; empty when it was not given.
std::string option_text(boost::program_options::variable_value const& value);

void add_night_options(boost::program_options::options_description& out, NightOptions& options);

/// Collective. `context` and `options` must outlive the parameters. The options as parameters: patterns become files,
/// texts are checked, each section's lines are kept for the keys of its steps. Throws ConfigError for values that
/// cannot be, DataError for patterns that no file fits.
drivers::AssetNight night_params(Context const& context, NightOptions const& options);

}  // namespace tidemill::jobs
