#include "jobs/night/asset_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "drivers/gate/paired_ranking.hpp"
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
constexpr char const* cold_suffix = "-cold";

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

/// Canonical lines of options that `kind` reads; those that `config` has already are left out.
void add_lines(Context const& context, RecommenderKind const& kind, std::string& config) {
  RecommenderOptions unused;
  for (std::string const& name : names_of(options_of(kind, unused))) {
    auto const value = context.values.find(prefix + name);
    if (value == context.values.end() || is_asset_file_option(prefix + name)) continue;
    std::string const line = prefix + name + " = " + option_text(value->second) + "\n";
    if (config.find("\n" + line) == std::string::npos) config += line;
  }
}

/// The values of the options that `kind` and its `members` read, as canonical lines.
std::string config_of(Context const& context, RecommenderKind const& kind, std::string const& members) {
  std::string config = fmt::format("kind = {}\nseed = {}\n", kind.name, context.seed);
  add_lines(context, kind, config);
  if (kind.name != "hybrid") return config;
  for (std::string const& member : split_list(members)) {
    if (!member.ends_with(".h5")) add_lines(context, recommender_kind(member), config);
  }
  return config + "members = " + members + "\n";
}

/// What a night trains its models from beside options.
struct ModelSources {
  Context const& context;
  std::vector<std::filesystem::path> files;
  drivers::InteractionFormat format;
};

drivers::AssetModel model_with(ModelSources const& sources, RecommenderKind const& kind,
                               RecommenderOptions const& options, std::string const& config) {
  Context const& context = sources.context;
  drivers::AssetModel model;
  model.name = model.kind = kind.name;
  model.config = config;
  model.is_baseline = model.name == "popularity";
  model.is_personal = !model.is_baseline;
  model.train = [&context, files = sources.files, format = sources.format, options,
                 &kind](drivers::AssetTraining const& training) {
    return kind.train(context, {training.interactions, options, training.checkpoints, training.catalogue, files,
                                training.parent, format});
  };
  model.load = [&kind](io::Comm const& comm, io::Hdf5File& file, std::string const& group,
                       drivers::RecommenderCard const& card) {
    return load_recommender(kind.name, comm, file, group, card);
  };
  if (kind.memory != nullptr) {
    model.memory = [&context, options, &kind](drivers::TrainingSize const& size) {
      return kind.memory(context, options, size);
    };
  }
  if (kind.begins_at != nullptr && options.ials.warm_sweeps > 0) {
    model.begins_at = [options, &kind](drivers::Recommender const& parent) { return kind.begins_at(options, parent); };
  }
  return model;
}

drivers::AssetModel model_of(ModelSources const& sources, RecommenderOptions const& options, std::string const& name) {
  RecommenderKind const& kind = recommender_kind(name);
  std::string config = config_of(sources.context, kind, options.content.members);
  int const warm_sweeps = options.ials.warm_sweeps;
  if (kind.begins_at != nullptr && warm_sweeps > 0) config += fmt::format("asset.warm-sweeps = {}\n", warm_sweeps);
  return model_with(sources, kind, options, config);
}

/// Lines that config_of made, for another seed.
std::string with_seed(std::string const& config, std::uint64_t seed) {
  std::size_t const at = config.find("\nseed = ");
  if (at == std::string::npos) return config;
  return config.substr(0, at) + fmt::format("\nseed = {}", seed) + config.substr(config.find('\n', at + 1));
}

/// The model whose lines config_of made, with tonight's seed.
drivers::AssetModel model_by_card(ModelSources const& sources, bool may_begin_warm,
                                  drivers::RecommenderCard const& card) {
  RecommenderKind const& kind = recommender_kind(card.kind);
  RecommenderOptions options;
  options.ials.warm_sweeps = 0;
  po::options_description description;
  for (RecommenderKind const& any : recommender_kinds()) add_prefixed(description, prefix, options_of(any, options));
  auto add = description.add_options();
  add("members", po::value(&options.content.members));
  add("asset.warm-sweeps", po::value(&options.ials.warm_sweeps));
  std::istringstream lines(card.options);
  po::variables_map values;
  try {
    po::store(po::parse_config_file(lines, description, true), values);
    po::notify(values);
  } catch (po::error const& error) {
    throw ConfigError(fmt::format("options of another version of the program: {}", error.what()));
  }
  if (!may_begin_warm) options.ials.warm_sweeps = 0;
  return model_with(sources, kind, options, with_seed(card.options, sources.context.seed));
}

/// The same from scratch, to be looked at beside it.
drivers::AssetModel cold_twin(drivers::AssetModel model) {
  model.name += cold_suffix;
  model.is_compared_only = true;
  model.begins_at = nullptr;
  return model;
}

drivers::Holdout holdout_named(std::string const& name) {
  if (name == "last") return drivers::Holdout::last;
  if (name == "days") return drivers::Holdout::days;
  if (name == "share") return drivers::Holdout::share;
  throw ConfigError("asset.holdout = " + name + ": expected last, days or share");
}

void check(drivers::AssetNightParams const& params) {
  if (params.content_slots < 0) throw ConfigError("asset.content-slots: expected 0 or more");
  if (params.k < 1 || params.similar < 1) throw ConfigError("asset.k and asset.similar: expected 1 or more");
  if (params.holdout_items < 1 || params.holdout_days < 1) {
    throw ConfigError("asset.holdout-items and asset.holdout-days: expected 1 or more");
  }
  if (!(params.holdout_share > 0 && params.holdout_share < 1)) {
    throw ConfigError("asset.holdout-share: expected a share between 0 and 1");
  }
  drivers::check_ranking_metrics(params.gate_metrics, "asset.gate-metrics");
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
  return name == "asset.interactions" || name == "asset.catalogue" || name == "asset.pictures" ||
         name == "asset.likes" || name == "asset.blocks" || name == "asset.texts";
}

namespace {

void add_text_options(po::options_description& out, AssetOptions& options) {
  drivers::AssetTexts& texts = options.params.texts;
  auto const setting = [](auto& value) { return po::value(&value)->default_value(value); };
  auto add = out.add_options();
  add("asset.texts", po::value(&options.texts),
      "table of texts, some with a label (an intent, or tags): the labels of all are learned from these");
  add("asset.texts-id", setting(texts.id), "column that names its rows; without it they are numbered");
  add("asset.texts-text", setting(texts.text), "column of the texts");
  add("asset.texts-target", setting(texts.target), "column of the labels; empty cells are to be filled");
  add("asset.texts-separator", setting(options.texts_separator),
      "several labels per row, with this character between them");
  add("asset.texts-out-of-scope", setting(texts.model.out_of_scope), "label of rows that belong to none of the others");
  add("asset.texts-holdout", setting(texts.holdout), "share of the labelled rows that tells how good the model is");
  add("asset.texts-cost", setting(texts.model.costs.cost), "C, the weight of errors");
  add("asset.texts-in-scope-recall", setting(texts.model.in_scope_recall),
      "share of held-out rows of a class that must stay in scope");
}

void set_texts(Context const& context, AssetOptions const& options, std::string const& input,
               drivers::AssetTexts& texts) {
  texts.file = below(input, options.texts);
  if (options.texts_separator.size() > 1) {
    throw ConfigError("asset.texts-separator: expected one character, as ';'; found '" + options.texts_separator + "'");
  }
  texts.separator = options.texts_separator.empty() ? '\0' : options.texts_separator[0];
  texts.model.has_tags = texts.separator != 0;
  if (texts.model.has_tags && !texts.model.out_of_scope.empty()) {
    throw ConfigError("asset.texts-out-of-scope is for one label per row; a row without tags is out of scope");
  }
  if (!(texts.holdout > 0 && texts.holdout < 1))
    throw ConfigError("asset.texts-holdout: expected a share between 0 and 1");
  if (!(texts.model.costs.cost > 0)) throw ConfigError("asset.texts-cost: expected more than 0");
  texts.model.tfidf.ngrams = {1, 2, 2, 5, 22};
  texts.model.tfidf.is_sublinear = true;
  texts.model.seed = context.seed;
  for (auto const& [name, value] : context.values) {
    if (name.starts_with("asset.texts-")) texts.config += name + " = " + option_text(value) + "\n";
  }
}

}  // namespace

void add_asset_options(po::options_description& out, AssetOptions& options) {
  drivers::AssetNightParams& params = options.params;
  auto const number = [](auto& value) { return po::value(&value)->default_value(value); };
  auto add = out.add_options();
  add("asset.catalogue", po::value(&options.catalogue),
      "table of the assets: id (asset.catalogue-id), and where known name, category, tags, text; others with "
      "asset.catalogue-texts and alike");
  add("asset.pictures", po::value(&options.pictures), "folder of the assets' pictures");
  add_text_options(out, options);
  add("asset.likes", po::value(&options.likes),
      "table of user, item: more history for the lists, and not listed again");
  add("asset.blocks", po::value(&options.blocks),
      "table of user, item never to be listed; with one column: items, for everyone");
  add("asset.content-slots", number(params.content_slots),
      "last places of each list for assets that the recommender was not trained with, ranked by the catalogue; 0: "
      "none");
  add("asset.models", po::value(&options.models),
      "recommenders to train and compare, as popularity,itemknn,ials (default: the usual ones)");
  add("asset.criterion", number(params.criterion), "metric that the champion is best in, on validation pairs");
  add("asset.gate-metrics", number(options.gate_metrics),
      "ranking metrics on the test pairs by which tonight's best takes the place of the recommender in use: the first "
      "must improve (same options on newer data: not fall), the others must not fall; limits as gate.*");
  add("asset.warm-sweeps", number(options.recommenders.ials.warm_sweeps),
      "ials begins at the factors in use and makes so many passes; 0: from scratch. With holdout = share always so");
  add("asset.compare-cold", number(options.compare_cold),
      "1: models that begin at the factors in use are trained from scratch too, to be looked at");
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
  params.likes = below(input, options.likes);
  params.blocks = below(input, options.blocks);
  set_texts(context, options, input, params.texts);
  params.holdout = holdout_named(options.holdout);
  params.gate_metrics = split_list(options.gate_metrics);
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
  if (recommenders.ials.warm_sweeps < 0) throw ConfigError("asset.warm-sweeps: expected 0 or more");
  // What a drawn share holds out tonight, the model in use may have been trained on.
  if (params.holdout == drivers::Holdout::share) recommenders.ials.warm_sweeps = 0;
  ModelSources const sources{context, params.interactions, params.format};
  for (std::string const& name : names) {
    drivers::AssetModel const model = model_of(sources, recommenders, name);
    params.models.push_back(model);
    if (model.begins_at && options.compare_cold) params.models.push_back(cold_twin(model));
  }
  params.ladder.popularity = recommenders.popularity;
  if (!params.catalogue.empty() && params.content_slots > 0) {
    params.content = model_of(sources, recommenders, "content");
  }
  bool const may_begin_warm = params.holdout != drivers::Holdout::share;
  params.recipe = [sources, may_begin_warm](drivers::RecommenderCard const& card) {
    return model_by_card(sources, may_begin_warm, card);
  };
  params.load = [](io::Comm const& comm, io::Hdf5File& file, std::string const& group,
                   drivers::RecommenderCard const& card) {
    return load_recommender(card.kind, comm, file, group, card);
  };
  return params;
}

}  // namespace tidemill::jobs
