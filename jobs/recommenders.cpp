#include "jobs/recommenders.hpp"

#include <fmt/format.h>

#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table.hpp"
#include "jobs/content_recommenders.hpp"
#include "jobs/factor_recommender.hpp"
#include "jobs/item_recommenders.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

void add_popularity_options(po::options_description& out, RecommenderOptions& options) {
  auto& p = options.popularity;
  out.add_options()("half-life", po::value(&p.half_life)->default_value(p.half_life),
                    "popularity: days after which a pair counts half; 0: all count alike");
}

std::unique_ptr<drivers::Recommender> train_popularity(Context const& context, RecommenderRequest const& request) {
  return drivers::PopularityModel::train(context.comm, request.interactions, request.options.popularity);
}

std::unique_ptr<drivers::Recommender> load_popularity(io::Comm const&, io::Hdf5File& file, std::string const& group,
                                                      drivers::RecommenderCard const&) {
  return drivers::PopularityModel::load(file, group);
}

}  // namespace

void add_shared_options(po::options_description& out, RecommenderOptions& options) {
  out.add_options()("factors", po::value(&options.factors)->default_value(options.factors),
                    "length of the vectors of users and items")(
      "lambda", po::value<double>()->notifier([&options](double const value) { options.lambda = value; }),
      "regularisation (ease: 300; bpr: 0.01; ials: 0.003)");
}

std::vector<RecommenderKind> const& recommender_kinds() {
  static std::vector<RecommenderKind> const kinds{
      {"popularity", "what everyone has, with time decay", add_popularity_options, train_popularity, load_popularity},
      item_knn_kind(),
      ease_kind(),
      bpr_kind(),
      ials_kind(),
      content_kind(),
      transitions_kind(),
      hybrid_kind(),
      context_kind(),
  };
  return kinds;
}

RecommenderKind const& recommender_kind(std::string const& name) {
  std::vector<std::string> names;
  for (RecommenderKind const& kind : recommender_kinds()) {
    if (kind.name == name) return kind;
    names.push_back(kind.name);
  }
  throw ConfigError(fmt::format("unknown recommender '{}'; did you mean '{}'? Recommenders: {}", name,
                                io::nearest_name(name, names), fmt::join(names, ", ")));
}

std::unique_ptr<drivers::Recommender> load_recommender(std::string const& kind, io::Comm const& comm,
                                                       io::Hdf5File& file, std::string const& group,
                                                       drivers::RecommenderCard const& card) {
  auto model = recommender_kind(kind).load(comm, file, group, card);
  if (model->items() == card.histories.items) return model;
  throw DataError(fmt::format("{}: {} ranks {} items, the file names {}; train the model again", file.path().string(),
                              group, model->items(), card.histories.items));
}

LoadedRecommender load_recommender_file(io::Comm const& comm, std::filesystem::path const& path) {
  LoadedRecommender loaded;
  loaded.digest = io::verify_hdf5(comm, path);
  io::Hdf5File file = io::Hdf5File::open(comm, path);
  loaded.card = drivers::load_recommender_card(comm, file);
  loaded.model = load_recommender(loaded.card.kind, comm, file, "model", loaded.card);
  file.close();
  return loaded;
}

}  // namespace tidemill::jobs
