#pragma once

#include "drivers/night/recommender_version.hpp"
#include "drivers/recommend/audience.hpp"

namespace tidemill::drivers {

/// What became of the files of likes and blocks, over all ranks.
struct FeedbackCounts {
  std::int64_t likes = 0;          ///< rows of asset.likes
  std::int64_t blocks = 0;         ///< rows of asset.blocks
  std::int64_t unknown_items = 0;  ///< of both, with assets that the recommender does not know
  std::int64_t gone_items = 0;     ///< assets that the recommender knows and tonight's files do not: blocked for all
};

/// The lists of a night: whoever had or liked something, ranked by the recommender that the gate chose; places that it
/// leaves empty by popularity, and the last ones by content for assets that it was not trained with.
struct NightLists {
  Audience audience;  ///< in the numbers of `lists`
  RankedLists lists;
  FeedbackCounts counts;
};
/// Collective.
NightLists make_night_lists(StepWork const& work, AssetNight const& params, ChosenRecommender const& chosen);

/// Collective. The neighbours of each asset that `asked` knows, without those blocked for everyone.
NightLists make_similar_lists(StepWork const& work, AssetNight const& params, NightRecommender const& asked);

/// Collective. Tonight's pairs in the items that the recommender knows.
Interactions histories_for(StepWork const& work, NightRecommender const& recommender);

/// Whether lists depend on the history; of kinds that tonight trains none of, yes: the baseline is always trained.
bool is_personal(AssetNight const& params, NightRecommender const& recommender);

/// Collective. One row: users, what became of likes and blocks, and list places by rung.
io::Table audience_table(io::Comm const& comm, NightLists const& made);

}  // namespace tidemill::drivers
