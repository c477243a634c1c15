#pragma once

#include <boost/program_options.hpp>
#include <string>

#include "drivers/night/asset_params.hpp"
#include "jobs/command.hpp"
#include "jobs/interaction_options.hpp"
#include "jobs/recommenders.hpp"

namespace tidemill::jobs {

/// The options asset.* of `nightly`: what the asset half reads, and every option that some recommender has.
struct AssetOptions {
  InteractionOptions interactions;
  RecommenderOptions recommenders;
  std::string catalogue, pictures, likes, blocks, texts, texts_separator, models, holdout = "last",
                                                                                  gate_metrics = "ndcg,recall";
  bool compare_cold = false;
  drivers::AssetNightParams params;
};

void add_asset_options(boost::program_options::options_description& out, AssetOptions& options);

/// The options as parameters; files start from `input`. `context` and `options` must outlive them: the models refer to
/// both. Throws ConfigError for values that cannot be.
drivers::AssetNightParams asset_params(Context const& context, AssetOptions const& options, std::string const& input);

/// Options that name files: their contents count for keys of steps, not their places.
bool is_asset_file_option(std::string const& name);

}  // namespace tidemill::jobs
