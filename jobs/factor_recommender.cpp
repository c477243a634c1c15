#include "jobs/factor_recommender.hpp"

#include <fmt/format.h>

#include "drivers/factors/factor_model.hpp"
#include "drivers/factors/memory.hpp"
#include "drivers/hybrid/hybrid_model.hpp"
#include "io/error.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

void add_options(po::options_description& out, RecommenderOptions& options) {
  auto& p = options.ials.params;
  out.add_options()("sweeps", po::value(&p.sweeps)->default_value(p.sweeps), "ials: passes over users and items")(
      "factor-loss", po::value(&options.ials.loss)->default_value(options.ials.loss),
      "ials: revisited (Rendle et al. 2021) or confidence (Hu, Koren & Volinsky 2008)")(
      "unobserved-weight", po::value(&p.unobserved_weight)->default_value(p.unobserved_weight),
      "ials, revisited: weight of all pairs beside those observed")(
      "popularity-discount", po::value(&p.popularity_discount)->default_value(p.popularity_discount),
      "ials: power by which the weight of an observed pair falls with the users of its item")(
      "popularity-boost", po::value(&p.popularity_boost)->default_value(p.popularity_boost),
      "ials: power by which an item's scores rise with its users")(
      "frequency-scaling", po::value(&p.frequency_scaling),
      "ials: power of a row's pairs in its ridge; 1, or 0 with --factor-loss confidence")(
      "alpha", po::value(&p.alpha)->default_value(p.alpha), "ials, confidence: weight of a value of 1")(
      "initial-sd", po::value(&p.initial_sd)->default_value(p.initial_sd), "ials: length of random starts")(
      "solver", po::value(&options.ials.solver)->default_value(options.ials.solver),
      "ials: exact, cg or blocks (iALS++)")("cg-steps", po::value(&p.solver.steps)->default_value(p.solver.steps),
                                            "ials: steps per row of --solver cg")(
      "block", po::value(&p.solver.block)->default_value(p.solver.block), "ials: factors per block of --solver blocks")(
      "objective-each-sweep", po::bool_switch(&p.objective_each_sweep), "ials: not only after the last sweep")(
      "warm-start", po::value(&options.ials.warm_start), "ials: model file to begin with; items are matched by id");
}

drivers::FactorParams params_of(Context const& context, RecommenderOptions const& options) {
  drivers::FactorParams params = options.ials.params;
  params.factors = options.factors;
  if (options.lambda) params.regularisation = *options.lambda;
  params.solver.kind = drivers::solver_named(options.ials.solver);
  params.loss = drivers::loss_named(options.ials.loss);
  if (params.loss == drivers::FactorLoss::confidence && context.values.count("frequency-scaling") == 0) {
    params.frequency_scaling = 0;
  }
  params.seed = context.seed;
  return params;
}

/// The model itself, or the first of a blend's members that is one; null: there is none.
drivers::FactorModel const* factors_in(drivers::Recommender const& model) {
  if (auto const* const own = dynamic_cast<drivers::FactorModel const*>(&model)) return own;
  auto const* const blend = dynamic_cast<drivers::HybridModel const*>(&model);
  if (blend == nullptr) return nullptr;
  for (drivers::HybridMember const& member : blend->members()) {
    if (auto const* const own = dynamic_cast<drivers::FactorModel const*>(member.model.get())) return own;
  }
  return nullptr;
}

/// Factors of another number or another objective are no start.
bool begins_at(RecommenderOptions const& options, drivers::Recommender const& parent) {
  drivers::FactorModel const* const known = factors_in(parent);
  return options.ials.warm_sweeps > 0 && known != nullptr && known->params().factors == options.factors &&
         known->params().loss == drivers::loss_named(options.ials.loss);
}

std::unique_ptr<drivers::Recommender> train(Context const& context, RecommenderRequest const& request) {
  drivers::FactorParams params = params_of(context, request.options);
  drivers::CheckpointPlace checkpoints = request.checkpoints;
  if (request.parent != nullptr) {
    drivers::WarmStart const warm = drivers::warm_start(*factors_in(request.parent->model), request.parent->items,
                                                        request.interactions.item_ids, params);
    params.sweeps = request.options.ials.warm_sweeps;
    checkpoints.key += request.parent->version;
    return drivers::FactorModel::train(context.comm, request.interactions, params, &warm, checkpoints,
                                       context.progress);
  }
  std::string const& champion = request.options.ials.warm_start;
  if (champion.empty()) {
    return drivers::FactorModel::train(context.comm, request.interactions, params, nullptr, checkpoints,
                                       context.progress);
  }
  LoadedRecommender const loaded = load_recommender_file(context.comm, champion);
  auto const* const model = dynamic_cast<drivers::FactorModel const*>(loaded.model.get());
  if (model == nullptr) {
    throw ConfigError(
        fmt::format("--warm-start: expected a model of kind ials; {} is of kind {}", champion, loaded.card.kind));
  }
  drivers::WarmStart const warm =
      drivers::warm_start(*model, loaded.card.histories.item_ids, request.interactions.item_ids, params);
  checkpoints.key += loaded.digest;
  return drivers::FactorModel::train(context.comm, request.interactions, params, &warm, checkpoints, context.progress);
}

std::unique_ptr<drivers::Recommender> load(io::Comm const& comm, io::Hdf5File& file, std::string const& group,
                                           drivers::RecommenderCard const&) {
  return drivers::FactorModel::load(comm, file, group);
}

std::int64_t memory(Context const& context, RecommenderOptions const& options, drivers::TrainingSize const& size) {
  return drivers::training_memory(params_of(context, options), drivers::even_sizes(size)).peak();
}

}  // namespace

RecommenderKind ials_kind() {
  return {"ials", "implicit ALS: vectors of users and items", add_options, train, load, begins_at, memory};
}

}  // namespace tidemill::jobs
