#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/night/asset_params.hpp"
#include "drivers/night/night_params.hpp"
#include "drivers/night/step.hpp"

namespace tidemill::drivers {

/// A night with an asset half.
struct AssetNight : NightParams {
  AssetNightParams asset;  ///< nothing given: sales only
};

/// Collective. The graph of a night, in the order it is run: with sales (sources, or the store's, or no assets) those
/// of night_steps.hpp, with assets those of asset_steps, then results, whose files (results.h5, CSV files,
/// recommender.h5) are the night. `comm` must outlive the steps.
std::vector<Step> night_steps(io::Comm const& comm, AssetNight const& params);

/// The steps of the asset half, in order: catalogue, interactions, in_use, split, one per model, judge, champion,
/// recommender_gate, content_rung, recommend, similar, asset_trends, texts, text_gate, pictures, as far as the night has what they
/// need. `comm` must outlive them.
std::vector<Step> asset_steps(io::Comm const& comm, AssetNight const& params);

// Groups of steps, in one file each.
Step interactions_step(io::Comm const& comm, AssetNight const& params);
Step catalogue_step(io::Comm const& comm, AssetNight const& params);
/// Which version of the recommender the night goes on from.
Step in_use_step(AssetNight const& params);
Step split_step(AssetNight const& params);
Step asset_model_step(AssetNight const& params, AssetModel const& model);
Step judge_step(AssetNight const& params);
Step champion_step(AssetNight const& params);
/// Registers tonight's recommender and lets it pass the gate or not.
Step recommender_gate_step(AssetNight const& params);
/// What is known of assets, for those that the recommender was not trained with.
Step content_rung_step(AssetNight const& params);
Step recommend_step(io::Comm const& comm, AssetNight const& params);
Step similar_step(io::Comm const& comm, AssetNight const& params);
Step asset_trend_step(AssetNight const& params);
/// Learns labels of texts and judges them on held-out rows.
Step texts_step(io::Comm const& comm, AssetNight const& params);
/// Registers tonight's classifier of texts, lets it pass the gate or not, and labels all texts.
Step text_gate_step(io::Comm const& comm, AssetNight const& params);
Step pictures_step(io::Comm const& comm, AssetNight const& params);

/// Name of a model's step.
std::string step_of_model(AssetModel const& model);

/// Collective. Interactions as the file FOLDER/NAME.h5 of a step, and back; each rank gets about equal numbers of
/// pairs.
void save_interactions(StepWork const& work, std::string const& name, std::string const& config,
                       Interactions const& interactions);
Interactions load_interactions(StepWork const& work, std::string const& step, std::string const& name);

/// A recommender file of a step.
struct NightRecommender {
  RecommenderCard card;
  std::unique_ptr<Recommender> model;
};
/// Collective.
void save_recommender(StepWork const& work, std::string const& name, AssetModel const& model,
                      RecommenderCard const& card, Recommender const& trained, std::uint64_t seed);
NightRecommender load_recommender(StepWork const& work, std::string const& step, std::string const& name,
                                  AssetModel const& model);

/// Collective. The catalogue of the step of that name, if the night has one.
std::optional<Catalogue> load_catalogue(StepWork const& work, AssetNight const& params);

/// The model of this name; throws std::logic_error when the night has none.
AssetModel const& model_named(AssetNight const& params, std::string const& name);

/// Collective. The name in the column `model` of the row of FOLDER/metrics.h5 of the step judge whose `flag` is 1;
/// empty when none is.
std::string judged_model(StepWork const& work, std::string const& flag);

/// Collective. The recommender that makes tonight's lists, as the gate decided, and its version.
struct ChosenRecommender {
  std::string version;
  NightRecommender recommender;
};
ChosenRecommender chosen_recommender(StepWork const& work, AssetNight const& params);

/// Collective. Digests of outside files, as far as paths are given: name -> digest. Throws DataError naming a file that
/// is not there.
std::map<std::string, std::string> file_inputs(io::Comm const& comm,
                                               std::map<std::string, std::filesystem::path> const& files);

/// Lines of a section that set one of `keys` (written without the section's name).
std::string lines_of(std::string const& section, std::string const& name, std::vector<std::string> const& keys);

}  // namespace tidemill::drivers
