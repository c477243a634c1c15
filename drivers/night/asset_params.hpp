#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "drivers/content/catalogue.hpp"
#include "drivers/interactions/interactions.hpp"
#include "drivers/interactions/read_interactions.hpp"
#include "drivers/learn/checkpoint_place.hpp"
#include "drivers/recommend/card.hpp"
#include "drivers/recommend/recommender.hpp"
#include "drivers/trend/trend.hpp"
#include "io/comm/comm.hpp"
#include "io/hdf5/file.hpp"

namespace tidemill::drivers {

/// What a recommender of a night is trained from.
struct AssetTraining {
  io::Comm const& comm;
  Interactions const& interactions;
  CheckpointPlace checkpoints;
  Catalogue const* catalogue = nullptr;  ///< what is known of the items; null: nothing
};

/// A recommender that a night may train. The night knows no kind by itself: whoever plans it fills these in.
struct AssetModel {
  std::string name;          ///< unique in a night; the kind, or the kind with a variant behind it
  std::string kind;          ///< as recommender files name it
  std::string config;        ///< canonical lines of the options it reads
  bool is_baseline = false;  ///< stands beside the others for comparison; champion only when nothing beats it
  bool is_personal = true;   ///< lists depend on the history, so that one asset's neighbours can be asked
  std::function<std::unique_ptr<Recommender>(AssetTraining const&)> train;  ///< collective
  /// Collective. Reads what Recommender::save wrote under `group`.
  std::function<std::unique_ptr<Recommender>(io::Comm const&, io::Hdf5File&, std::string const& group,
                                             RecommenderCard const&)>
      load;
};

/// How pairs are held out to judge the models: twice, for choosing (validation) and for telling how good (test).
enum class Holdout {
  last,   ///< each user's latest pairs
  days,   ///< the latest days
  share,  ///< a share of each user's pairs, drawn
};

/// The asset half of a night.
struct AssetNightParams {
  std::vector<std::filesystem::path> interactions;
  InteractionFormat format;
  std::filesystem::path catalogue;  ///< table with a row per asset; its assets are known even when no one had them
  CatalogueColumns catalogue_columns;
  std::filesystem::path pictures;  ///< folder
  Holdout holdout = Holdout::last;
  std::int64_t holdout_items = 1;
  std::int64_t holdout_days = 14;
  double holdout_share = 0.1;
  std::vector<AssetModel> models;
  std::string criterion = "ndcg";  ///< metric on the validation pairs that the champion is best in
  int k = 20;                      ///< length of the lists
  int similar = 10;                ///< neighbours of each asset
  bool reasons = true;             ///< lists say which asset of the history speaks most for a row
  TrendParams trend;
  std::int64_t trend_days = 182;      ///< newest days looked at
  std::int64_t trend_min_count = 20;  ///< assets with fewer interactions in them are left out
  int thumbnail_side = 88;            ///< pixels of the pictures in the report

  bool has_interactions() const { return !interactions.empty(); }
  bool is_given() const { return has_interactions() || !pictures.empty(); }
};

}  // namespace tidemill::drivers
