#include "drivers/night/train_again.hpp"

#include <fmt/format.h>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// Tonight's model of this recipe, if there is one.
AssetModel const* trained_tonight(AssetNight const& params, AssetModel const& recipe) {
  for (AssetModel const& model : params.asset.models) {
    if (!model.is_compared_only && model.kind == recipe.kind && model.config == recipe.config) return &model;
  }
  return nullptr;
}

Contender train_both(StepWork const& work, AssetNight const& params, AssetModel const& model) {
  Contender contender;
  contender.config = model.config;
  if (AssetModel const* const ready = trained_tonight(params, model)) {
    contender.held_out = load_recommender(work, step_of_model(*ready), "model", *ready);
  } else {
    contender.held_out = train_recommender(work, params, model, load_interactions(work, "split", "train"),
                                           parent_of(work, params, model, VersionPart::held_out), "held_out");
  }
  contender.lists = train_recommender(work, params, model, load_interactions(work, "interactions", "interactions"),
                                      parent_of(work, params, model, VersionPart::lists), "lists");
  return contender;
}

}  // namespace

NightRecommender train_recommender(StepWork const& work, AssetNight const& params, AssetModel const& model,
                                   Interactions const& pairs, std::optional<TrainingParent> const& parent,
                                   std::string const& part) {
  std::optional<Catalogue> const catalogue = load_catalogue(work, params);
  std::optional<WarmParent> warm;
  if (parent) {
    warm.emplace(WarmParent{*parent->recommender.model, parent->recommender.card.histories.item_ids, parent->version});
  }
  CheckpointPlace checkpoints{work.folder / "checkpoints", work.key, params.checkpoint_seconds};
  if (!part.empty()) {
    checkpoints.folder /= part;
    checkpoints.key += "/" + part;
  }
  auto model_trained =
      model.train({work.comm, pairs, checkpoints, catalogue ? &*catalogue : nullptr, warm ? &*warm : nullptr});
  return {{model.kind, model.config, pairs, parent ? parent->version : ""}, std::move(model_trained)};
}

std::optional<Contender> train_recipe_again(StepWork const& work, AssetNight const& params,
                                            RecommenderInUse const& in_use) {
  RecommenderCard const card = load_recommender_version(work.comm, params.store / params.tenant, in_use.version,
                                                        VersionPart::lists, params.asset.load)
                                   .card;
  try {
    return train_both(work, params, params.asset.recipe(card));
  } catch (ConfigError const& error) {
    work.progress.say(fmt::format("the recipe of {} {} cannot be trained on tonight's data: {}", recommender_model,
                                  in_use.version, error.what()));
    return std::nullopt;
  }
}

}  // namespace tidemill::drivers
