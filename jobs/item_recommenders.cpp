#include "jobs/item_recommenders.hpp"

#include <algorithm>

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

void add_item_options(po::options_description& out, RecommenderOptions& options) {
  auto& knn = options.item_knn;
  auto& ease = options.ease;
  out.add_options()("neighbours", po::value(&knn.neighbours)->default_value(knn.neighbours),
                    "itemknn: most similar items kept per item")(
      "shrink", po::value(&knn.shrink)->default_value(knn.shrink),
      "itemknn: added to the divisor of a similarity, against chance")(
      "weighting", po::value(&options.weighting)->default_value(options.weighting),
      "itemknn: what a pair counts: none, tfidf, bm25")(
      "bm25-k1", po::value(&knn.pairs.bm25_k1)->default_value(knn.pairs.bm25_k1), "itemknn: of bm25")(
      "bm25-b", po::value(&knn.pairs.bm25_b)->default_value(knn.pairs.bm25_b), "itemknn: of bm25")(
      "item-exponent", po::value(&knn.item_exponent)->default_value(knn.item_exponent),
      "itemknn: of the recommended item's popularity in the divisor; .5 and .5: cosine")(
      "history-exponent", po::value(&knn.history_exponent)->default_value(knn.history_exponent),
      "itemknn: of the history item's popularity in the divisor")(
      "user-exponent", po::value(&options.user_exponent)->default_value(0),
      "itemknn, ease: a user with n items counts n^-exponent")(
      "dropout", po::value(&ease.dropout)->default_value(ease.dropout),
      "ease: share of pairs left out in thought; regularises popular items")(
      "popularity-exponent", po::value(&ease.popularity_exponent)->default_value(ease.popularity_exponent),
      "ease: scores are divided by (users of the item)^exponent")(
      "memory-limit", po::value(&options.memory_limit_mib)->default_value(0),
      "ease: MiB per rank, above which it refuses; 0: what is available");
}

void add_pairwise_options(po::options_description& out, RecommenderOptions& options) {
  auto& p = options.bpr;
  out.add_options()("epochs", po::value(&p.epochs)->default_value(p.epochs), "bpr: passes over all pairs")(
      "batch", po::value(&p.batch)->default_value(p.batch), "bpr: pairs per step");
}

std::unique_ptr<drivers::Recommender> train_item_knn(Context const& context, RecommenderRequest const& request) {
  drivers::ItemKnnParams params = request.options.item_knn;
  params.pairs.weighting = drivers::item_weighting_named(request.options.weighting);
  params.pairs.user_exponent = request.options.user_exponent;
  return drivers::ItemKnn::train(context.comm, request.interactions, params);
}

std::unique_ptr<drivers::Recommender> train_ease(Context const& context, RecommenderRequest const& request) {
  drivers::EaseParams params = request.options.ease;
  if (request.options.lambda) params.lambda = *request.options.lambda;
  params.user_exponent = request.options.user_exponent;
  params.memory_limit = static_cast<std::int64_t>(request.options.memory_limit_mib * (1 << 20));
  return drivers::Ease::train(context.comm, request.interactions, params, request.checkpoints, context.progress);
}

std::unique_ptr<drivers::Recommender> train_bpr(Context const& context, RecommenderRequest const& request) {
  drivers::BprParams params = request.options.bpr;
  params.factors = request.options.factors;
  if (request.options.lambda) params.regularisation = *request.options.lambda;
  // The option is the boosted trees', with their default.
  auto const& rate = context.values["learning-rate"];
  if (!rate.empty() && !rate.defaulted()) params.learning_rate = rate.as<double>();
  params.seed = context.seed;
  return drivers::Bpr::train(context.comm, request.interactions, params, request.checkpoints, context.progress);
}

template <class Model>
std::unique_ptr<drivers::Recommender> load_item_model(io::Comm const&, io::Hdf5File& file, std::string const& group,
                                                      drivers::RecommenderCard const&) {
  return Model::load(file, group);
}

std::unique_ptr<drivers::Recommender> load_bpr(io::Comm const& comm, io::Hdf5File& file, std::string const& group,
                                               drivers::RecommenderCard const& card) {
  return drivers::Bpr::load(comm, file, group, card.histories);
}

/// The weights are on every rank once they make lists.
std::int64_t ease_training_memory(Context const&, RecommenderOptions const&, drivers::TrainingSize const& size) {
  return std::max(drivers::ease_memory(size.ranks, size.items, size.pairs, size.users), 4 * size.items * size.items);
}

}  // namespace

RecommenderKind item_knn_kind() {
  return {"itemknn", "the nearest items of the history", add_item_options, train_item_knn,
          load_item_model<drivers::ItemKnn>};
}

RecommenderKind ease_kind() {
  return {"ease",
          "linear model of items by items in closed form",
          add_item_options,
          train_ease,
          load_item_model<drivers::Ease>,
          nullptr,
          ease_training_memory};
}

RecommenderKind bpr_kind() { return {"bpr", "factors that rank pairs", add_pairwise_options, train_bpr, load_bpr}; }

}  // namespace tidemill::jobs
