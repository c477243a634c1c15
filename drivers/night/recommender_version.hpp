#pragma once

#include <string>

#include "drivers/night/asset_steps.hpp"
#include "io/store/registry.hpp"

namespace tidemill::drivers {

/// Name of the recommender among a tenant's models.
constexpr char const* recommender_model = "recommender";

/// Each version of the recommender holds two models of one recipe: the one that makes lists was trained on all pairs of
/// its night, the other without those held out, so that later challengers can be judged against it. The first is where
/// every recommender file has its own (a version serves `tidemill recommend --model` as it is), the second is in the
/// group "held_out".
enum class VersionPart { lists, held_out };

/// Collective. Why a version of a model cannot be used; empty: it can. One read that fails is no damage: that would let
/// any new model in.
std::string fault_of_version(io::Comm const& comm, std::filesystem::path const& tenant, std::string const& model,
                             std::string const& version);

/// Collective. Registers both models; returns the version.
std::string register_recommender(io::Comm const& comm, std::filesystem::path const& tenant, io::Lineage const& lineage,
                                 NightRecommender const& lists, NightRecommender const& held_out);

/// Collective. One of the two; `load` reads a model of the card's kind. Throws DataError when there is no such version.
NightRecommender load_recommender_version(io::Comm const& comm, std::filesystem::path const& tenant,
                                          std::string const& version, VersionPart part, LoadRecommender const& load);

/// Whose recommender a night goes on from.
struct RecommenderInUse {
  std::string date;       ///< business date of the night that asks
  std::string base;       ///< night whose champion it is; empty: none
  io::ModelAliases used;  ///< by that night
  std::string version;    ///< the champion; the one before it when that is damaged; empty: none
  std::string digest;     ///< of the version's content

  bool operator==(RecommenderInUse const&) const = default;
};
/// Collective. Says which versions are passed over, and why.
RecommenderInUse find_recommender(io::Comm const& comm, io::Progress& progress, std::filesystem::path const& tenant,
                                  std::string const& date);

/// Collective. What the step "in_use" found.
RecommenderInUse recommender_in_use(StepWork const& work);

/// Collective. The version that makes tonight's lists, as the step "recommender_gate" decided.
std::string listing_version(StepWork const& work);

/// Collective. A model that `model` may begin at tonight, if there is one: the same part of the version in use.
struct TrainingParent {
  std::string version;
  NightRecommender recommender;
};
std::optional<TrainingParent> parent_of(StepWork const& work, AssetNight const& params, AssetModel const& model,
                                        VersionPart part);

}  // namespace tidemill::drivers
