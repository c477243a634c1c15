#include "jobs/night/asset_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "drivers/metrics/ranking.hpp"
#include "io/error.hpp"
#include "io/tables/table.hpp"
#include "jobs/lists.hpp"
#include "jobs/night/night_options.hpp"
#include "jobs/night/prefixed_options.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

constexpr char const* prefix = "asset.";

/// Trained when asset.models is not given, as far as there are such kinds.
constexpr char const* usual_models[] = {"popularity", "itemknn", "ials", "transitions", "content", "hybrid"};

/// What a kind reads: its own options and those of several kinds.
po::options_description options_of(RecommenderKind const& kind, RecommenderOptions& options) {
  po::options_description description;
  add_shared_options(description, options);
  kind.add_options(description, options);
  return description;
}

/// A blend without members blends all others but popularity.
std::string members_of(std::vector<std::string> const& names) {
  std::string members;
  for (std::string const& name : names) {
    if (name != "hybrid" && name != "context" && name != "popularity") members += (members.empty() ? "" : ",") + name;
  }
  return members;
}

std::vector<std::string> model_names(AssetOptions const& options) {
  std::vector<std::string> names = split_list(options.models);
  if (names.empty()) {
    for (std::string const name : usual_models) {
      bool const lacks_catalogue = name == "content" && options.catalogue.empty();
      for (RecommenderKind const& kind : recommender_kinds()) {
        if (kind.name == name && !lacks_catalogue) names.push_back(name);
      }
    }
  }
  // A blend needs two to blend.
  if (options.models.empty() && members_of(names).find(',') == std::string::npos) std::erase(names, "hybrid");
  // What everyone has stands beside all others.
  if (std::find(names.begin(), names.end(), "popularity") == names.end()) names.insert(names.begin(), "popularity");
  std::set<std::string> seen;
  for (std::string const& name : names) {
    if (!seen.insert(name).second) throw ConfigError("asset.models names " + name + " twice");
  }
  return names;
}

/// The values of the options that `kind` reads, as canonical lines.
std::string config_of(Context const& context, RecommenderKind const& kind) {
  RecommenderOptions unused;
  std::string config = fmt::format("kind = {}\nseed = {}\n", kind.name, context.seed);
  for (std::string const& name : names_of(options_of(kind, unused))) {
    auto const value = context.values.find(prefix + name);
    if (value == context.values.end() || is_asset_file_option(prefix + name)) continue;
    config += prefix + name + " = " + option_text(value->second) + "\n";
  }
  return config;
}

drivers::AssetModel model_of(Context const& context, RecommenderOptions const& options,
                             std::vector<std::filesystem::path> const& files, std::string const& name) {
  RecommenderKind const& kind = recommender_kind(name);
  drivers::AssetModel model;
  model.name = model.kind = kind.name;
  model.config = config_of(context, kind);
  if (name == "hybrid") model.config += "members = " + options.content.members + "\n";
  model.is_baseline = model.name == "popularity";
  model.is_personal = !model.is_baseline;
  model.train = [&context, options, files, &kind](drivers::AssetTraining const& training) {
    return kind.train(context, {training.interactions, options, training.checkpoints, training.catalogue, files});
  };
  model.load = kind.load;
  return model;
}

drivers::Holdout holdout_named(std::string const& name) {
  if (name == "last") return drivers::Holdout::last;
  if (name == "days") return drivers::Holdout::days;
  if (name == "share") return drivers::Holdout::share;
  throw ConfigError("asset.holdout = " + name + ": expected last, days or share");
}

void check(drivers::AssetNightParams const& params) {
  if (params.k < 1 || params.similar < 1) throw ConfigError("asset.k and asset.similar: expected 1 or more");
  if (params.holdout_items < 1 || params.holdout_days < 1) {
    throw ConfigError("asset.holdout-items and asset.holdout-days: expected 1 or more");
  }
  if (!(params.holdout_share > 0 && params.holdout_share < 1)) {
    throw ConfigError("asset.holdout-share: expected a share between 0 and 1");
  }
  if (params.trend_days < 14) throw ConfigError("asset.trend-days: expected two weeks or more");
  std::vector<std::string> names = drivers::ranking_metric_names();
  for (std::string const& name : drivers::exposure_metric_names()) names.push_back(name);
  if (std::find(names.begin(), names.end(), params.criterion) == names.end()) {
    throw ConfigError("asset.criterion = " + params.criterion + ": no such metric; did you mean '" +
                      io::nearest_name(params.criterion, names) + "'?");
  }
}

}  // namespace

bool is_asset_file_option(std::string const& name) {
  return name == "asset.interactions" || name == "asset.catalogue" || name == "asset.pictures";
}

void add_asset_options(po::options_description& out, AssetOptions& options) {
  drivers::AssetNightParams& params = options.params;
  auto const number = [](auto& value) { return po::value(&value)->default_value(value); };
  auto add = out.add_options();
  add("asset.catalogue", po::value(&options.catalogue),
      "table of the assets: id (asset.catalogue-id), and where known name, category, tags, text; others with "
      "asset.catalogue-texts and alike");
  add("asset.pictures", po::value(&options.pictures), "folder of the assets' pictures");
  add("asset.models", po::value(&options.models),
      "recommenders to train and compare, as popularity,itemknn,ials (default: the usual ones)");
  add("asset.criterion", number(params.criterion), "metric that the champion is best in, on validation pairs");
  add("asset.k", number(params.k), "length of the lists");
  add("asset.similar", number(params.similar), "neighbours listed for each asset");
  add("asset.reasons", number(params.reasons), "rows of lists name the asset of the history that speaks most for them");
  add("asset.holdout", number(options.holdout),
      "pairs to judge by: last (each user's newest), days (the newest days) or share (drawn)");
  add("asset.holdout-items", number(params.holdout_items), "last: pairs of each user");
  add("asset.holdout-days", number(params.holdout_days), "days: how many");
  add("asset.holdout-share", number(params.holdout_share), "share: of each user's pairs");
  add("asset.trend-days", number(params.trend_days), "newest days in which trends are looked for");
  add("asset.trend-min-count", number(params.trend_min_count), "interactions an asset needs in them");
  po::options_description interactions;
  add_interaction_options(interactions, options.interactions);
  add_prefixed(out, prefix, interactions);
  for (RecommenderKind const& kind : recommender_kinds()) {
    add_prefixed(out, prefix, options_of(kind, options.recommenders));
  }
}

drivers::AssetNightParams asset_params(Context const& context, AssetOptions const& options, std::string const& input) {
  drivers::AssetNightParams params = options.params;
  for (std::string const& file : options.interactions.files) params.interactions.push_back(below(input, file));
  params.catalogue = below(input, options.catalogue);
  params.pictures = below(input, options.pictures);
  params.holdout = holdout_named(options.holdout);
  check(params);
  if (!params.has_interactions() && !params.catalogue.empty()) {
    throw ConfigError("asset.catalogue is given but no asset.interactions says who had the assets");
  }
  if (!params.has_interactions()) return params;
  ContentOptions const& content = options.recommenders.content;
  params.catalogue_columns = {content.id, split_list(content.texts), split_list(content.attributes),
                              split_list(content.numbers), content.separator.empty() ? ';' : content.separator[0]};
  params.format = interaction_format(context, options.interactions);
  if (context.values.count("asset.min-value") != 0) {
    params.format.min_value = options.interactions.min_value;
    params.format.value_as_weight = options.interactions.value_as_weight;
  }
  std::vector<std::string> const names = model_names(options);
  RecommenderOptions recommenders = options.recommenders;
  if (recommenders.content.members.empty()) recommenders.content.members = members_of(names);
  for (std::string const& name : names) {
    params.models.push_back(model_of(context, recommenders, params.interactions, name));
  }
  return params;
}

}  // namespace tidemill::jobs
