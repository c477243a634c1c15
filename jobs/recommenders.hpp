#pragma once

#include <boost/program_options.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/bpr/bpr.hpp"
#include "drivers/ease/ease.hpp"
#include "drivers/interactions/interactions.hpp"
#include "drivers/interactions/read_interactions.hpp"
#include "drivers/learn/checkpoint_place.hpp"
#include "drivers/neighbours/item_knn.hpp"
#include "drivers/popularity/popularity.hpp"
#include "drivers/recommend/card.hpp"
#include "drivers/recommend/recommender.hpp"
#include "drivers/recommend/training_size.hpp"
#include "drivers/recommend/warm_parent.hpp"
#include "jobs/command.hpp"
#include "jobs/content_options.hpp"
#include "jobs/factor_options.hpp"

namespace tidemill::jobs {

/// Everything the options of all recommenders can say: a new one adds its parameters here.
struct RecommenderOptions {
  int factors = 64;              ///< of all models of factors
  std::optional<double> lambda;  ///< regularisation; every model has its own default
  drivers::PopularityParams popularity;
  ContentOptions content;
  drivers::ItemKnnParams item_knn;
  std::string weighting = "none";
  double user_exponent = 0;
  drivers::EaseParams ease;
  double memory_limit_mib = 0;
  drivers::BprParams bpr;
  FactorOptions ials;
};
/// Options that several kinds read.
void add_shared_options(boost::program_options::options_description& out, RecommenderOptions& options);

/// What a recommender is trained from. The seed is the context's.
struct RecommenderRequest {
  drivers::Interactions const& interactions;
  RecommenderOptions const& options;
  drivers::CheckpointPlace checkpoints;
  drivers::Catalogue const* catalogue = nullptr;  ///< what is known of the items; null: nothing
  std::vector<std::filesystem::path> files;       ///< where the interactions come from
  /// A model whose factors training begins at, for kinds that can; null: from scratch.
  drivers::WarmParent const* parent = nullptr;
  drivers::InteractionFormat format = {};  ///< how `files` were read
};

/// One kind of recommender: its name, the options it reads, how it is made and read back. `load` reads what
/// Recommender::save wrote under `group`.
struct RecommenderKind {
  std::string name;
  std::string summary;
  void (*add_options)(boost::program_options::options_description& out, RecommenderOptions& options);
  std::unique_ptr<drivers::Recommender> (*train)(Context const& context, RecommenderRequest const& request);
  /// For load_recommender, which checks what it gives.
  std::unique_ptr<drivers::Recommender> (*load)(io::Comm const& comm, io::Hdf5File& file, std::string const& group,
                                                drivers::RecommenderCard const& card);
  /// Whether training with these options can begin at `parent`; null: never.
  bool (*begins_at)(RecommenderOptions const& options, drivers::Recommender const& parent) = nullptr;
  /// Bytes that training adds on one rank, beside the interactions; null: no more than a few of these.
  std::int64_t (*memory)(Context const& context, RecommenderOptions const& options,
                         drivers::TrainingSize const& size) = nullptr;
};

/// The explicit table: a new recommender is one line there.
std::vector<RecommenderKind> const& recommender_kinds();
/// Throws ConfigError naming the nearest kind.
RecommenderKind const& recommender_kind(std::string const& name);

/// Collective. A model of this kind from a group of a file; throws DataError unless it ranks the items of the card.
std::unique_ptr<drivers::Recommender> load_recommender(std::string const& kind, io::Comm const& comm,
                                                       io::Hdf5File& file, std::string const& group,
                                                       drivers::RecommenderCard const& card);

/// Collective. A recommender file, whatever its kind.
struct LoadedRecommender {
  drivers::RecommenderCard card;
  std::unique_ptr<drivers::Recommender> model;
  std::string digest;
};
LoadedRecommender load_recommender_file(io::Comm const& comm, std::filesystem::path const& path);

}  // namespace tidemill::jobs
