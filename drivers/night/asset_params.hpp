#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/content/catalogue.hpp"
#include "drivers/interactions/interactions.hpp"
#include "drivers/interactions/read_interactions.hpp"
#include "drivers/learn/checkpoint_place.hpp"
#include "drivers/recommend/card.hpp"
#include "drivers/recommend/ladder.hpp"
#include "drivers/recommend/recommender.hpp"
#include "drivers/recommend/training_size.hpp"
#include "drivers/recommend/warm_parent.hpp"
#include "drivers/text/text_classifier.hpp"
#include "drivers/trend/trend.hpp"
#include "io/comm/comm.hpp"
#include "io/hdf5/file.hpp"

namespace tidemill::drivers {

/// Reads the recommender of a card's kind that Recommender::save wrote under `group`. Collective.
using LoadRecommender = std::function<std::unique_ptr<Recommender>(io::Comm const&, io::Hdf5File&,
                                                                   std::string const& group, RecommenderCard const&)>;

/// What a recommender of a night is trained from.
struct AssetTraining {
  io::Comm const& comm;
  Interactions const& interactions;
  CheckpointPlace checkpoints;
  Catalogue const* catalogue = nullptr;  ///< what is known of the items; null: nothing
  WarmParent const* parent = nullptr;    ///< null: from scratch
};

/// A recommender that a night may train. The night knows no kind by itself: whoever plans it fills these in.
struct AssetModel {
  std::string name;               ///< unique in a night; the kind, or the kind with a variant behind it
  std::string kind;               ///< as recommender files name it
  std::string config;             ///< canonical lines of the options it reads
  bool is_baseline = false;       ///< stands beside the others for comparison; champion only when nothing beats it
  bool is_personal = true;        ///< lists depend on the history, so that one asset's neighbours can be asked
  bool is_compared_only = false;  ///< trained to be looked at: never makes the night's lists
  std::function<std::unique_ptr<Recommender>(AssetTraining const&)> train;  ///< collective
  LoadRecommender load;
  /// Whether training can begin at this model; empty: it always begins from scratch.
  std::function<bool(Recommender const& parent)> begins_at = {};
  /// Bytes that training adds on one rank, beside the interactions; empty: no more than a few of these.
  std::function<std::int64_t(TrainingSize const&)> memory = {};
};

/// How pairs are held out to judge the models: twice, for choosing (validation) and for telling how good (test).
enum class Holdout {
  last,   ///< each user's latest pairs
  days,   ///< the latest days
  share,  ///< a share of each user's pairs, drawn
};

/// Texts with labels (intents, or tags), from which the labels of the others are learned.
struct AssetTexts {
  std::filesystem::path file;  ///< table; empty: none
  std::string id = "id";       ///< column that names rows; without it they are numbered
  std::string text = "text", target = "label";
  char separator = 0;    ///< between the tags of a row; 0: one class per row
  double holdout = 0.2;  ///< share of the labelled rows that tells how good the model is
  TextParams model;
  std::string config;  ///< canonical lines of these options
};

/// The asset half of a night.
struct AssetNightParams {
  std::vector<std::filesystem::path> interactions;
  InteractionFormat format;
  std::filesystem::path catalogue;  ///< table with a row per asset; its assets are known even when no one had them
  CatalogueColumns catalogue_columns;
  std::filesystem::path pictures;  ///< folder
  AssetTexts texts;
  Holdout holdout = Holdout::last;
  std::int64_t holdout_items = 1;
  std::int64_t holdout_days = 14;
  double holdout_share = 0.1;
  std::vector<AssetModel> models;
  /// The model of a card's kind with the options that the card tells, tonight's seed and this night's files. Throws
  /// ConfigError when this program knows no such kind or option.
  std::function<AssetModel(RecommenderCard const&)> recipe;
  LoadRecommender load;  ///< of any kind, by the card: versions in use may be of kinds that tonight trains none of
  std::string criterion = "ndcg";  ///< metric on the validation pairs that tonight's best is best in
  std::vector<std::string> gate_metrics{"ndcg", "recall"};  ///< on the test pairs: the target, then the guardrails
  bool is_beside_sales = false;                             ///< the night has sales too, which give it its date
  int k = 20;                                               ///< length of the lists
  std::filesystem::path likes;                              ///< table of user, item: more history, for the lists alone
  std::filesystem::path blocks;       ///< table of user, item never to be listed; one column: items, for everyone
  std::optional<AssetModel> content;  ///< ranks assets that the recommender was not trained with; none: nothing does
  int content_slots = 1;              ///< last places of each list for them
  Ladder::Params ladder = {};         ///< what fills the places that the recommender leaves empty
  int similar = 10;                   ///< neighbours of each asset
  bool reasons = true;                ///< lists say which asset of the history speaks most for a row
  TrendParams trend;
  std::int64_t trend_days = 182;      ///< newest days looked at
  std::int64_t trend_min_count = 20;  ///< assets with fewer interactions in them are left out
  int thumbnail_side = 88;            ///< pixels of the pictures in the report

  bool has_interactions() const { return !interactions.empty(); }
  bool is_given() const { return has_interactions() || !pictures.empty() || !texts.file.empty(); }
};

}  // namespace tidemill::drivers
