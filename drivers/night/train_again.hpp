#pragma once

#include <optional>
#include <string>

#include "drivers/night/asset_steps.hpp"
#include "drivers/night/recommender_version.hpp"

namespace tidemill::drivers {

/// A recommender that wants to make the lists: one recipe, trained with and without the pairs that judge it.
struct Contender {
  std::string config;  ///< of its model: AssetModel::config
  NightRecommender lists, held_out;
};

/// Collective. The recipe of the version in use, by the options that its file tells, on tonight's pairs; it begins at
/// that version where the recipe says so. What tonight trained of it anyway is taken as it is. None, and said so: when
/// this program cannot make it, or tonight lacks what it needs (a catalogue).
std::optional<Contender> train_recipe_again(StepWork const& work, AssetNight const& params,
                                            RecommenderInUse const& in_use);

/// Collective. Trains `model` on `pairs`, begun at `parent` where there is one; `part` keeps checkpoints apart.
NightRecommender train_recommender(StepWork const& work, AssetNight const& params, AssetModel const& model,
                                   Interactions const& pairs, std::optional<TrainingParent> const& parent,
                                   std::string const& part = {});

}  // namespace tidemill::drivers
