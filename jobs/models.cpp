#include "jobs/models.hpp"

#include <fmt/format.h>

#include "drivers/baseline/baseline_model.hpp"
#include "drivers/linear/linear_model.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "jobs/tree_options.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

void add_linear_options(po::options_description& out, TrainOptions& options) {
  auto& p = options.linear;
  out.add_options()("ridge", po::value(&p.ridge)->default_value(p.ridge),
                    "linear: L2 penalty on standardised coefficients")(
      "lasso", po::value(&p.lasso)->default_value(p.lasso), "linear: L1 penalty; with ridge an elastic net")(
      "max-iterations", po::value(&p.max_iterations)->default_value(p.max_iterations), "linear: Newton steps");
}

void add_no_options(po::options_description&, TrainOptions&) {}

std::unique_ptr<drivers::Model> train_boost_kind(Context const& context, TrainRequest const& request) {
  drivers::TreeParams const params = tree_params(context, request);
  return drivers::BoostModel::train(context.comm, request.data, request.validation, params, request.quantiles,
                                    request.checkpoints, context.progress);
}

void add_forest_options(po::options_description& out, TrainOptions& options) {
  auto& p = options.forest;
  out.add_options()("features-per-node", po::value(&p.features_per_node)->default_value(0),
                    "forest: columns drawn for each split; 0: square root of their number, or a third (regression)")(
      "out-of-bag", po::bool_switch(&p.out_of_bag), "forest: judge it on the rows that each tree did not see");
}

std::unique_ptr<drivers::Model> train_forest_kind(Context const& context, TrainRequest const& request) {
  drivers::TreeParams const tree = tree_params(context, request);
  if (!tree.monotone.empty()) throw ConfigError("--monotone is for --model boost");
  drivers::ForestParams params = request.options.forest;
  params.trees = tree.trees;
  params.max_depth = tree.max_depth;
  if (!context.values["min-rows"].defaulted()) params.min_rows_in_leaf = tree.min_rows_in_leaf;
  params.max_bins = tree.max_bins;
  params.seed = tree.seed;
  return drivers::ForestModel::train(context.comm, request.data, params, request.checkpoints, context.progress);
}

std::unique_ptr<drivers::Model> train_linear_kind(Context const& context, TrainRequest const& request) {
  drivers::LinearParams params = request.options.linear;
  params.tweedie_power = request.options.tree.tweedie_power;
  return drivers::LinearModel::train(context.comm, request.data, params);
}

std::unique_ptr<drivers::Model> train_baseline_kind(Context const& context, TrainRequest const& request) {
  return drivers::BaselineModel::train(context.comm, request.data, request.quantiles);
}

template <class Kind>
std::unique_ptr<drivers::Model> load_kind(io::Hdf5File& file) {
  return Kind::load(file);
}

}  // namespace

std::vector<ModelKind> const& model_kinds() {
  static std::vector<ModelKind> const kinds{
      {"boost", "gradient-boosted trees", add_tree_options, train_boost_kind, load_kind<drivers::BoostModel>},
      {"forest", "random forest", add_forest_options, train_forest_kind, load_kind<drivers::ForestModel>},
      {"linear", "ridge, lasso, elastic net, logistic, log link", add_linear_options, train_linear_kind,
       load_kind<drivers::LinearModel>},
      {"baseline", "the best constant", add_no_options, train_baseline_kind, load_kind<drivers::BaselineModel>},
  };
  return kinds;
}

ModelKind const& model_kind(std::string const& name) {
  std::vector<std::string> names;
  for (ModelKind const& kind : model_kinds()) {
    if (kind.name == name) return kind;
    names.push_back(kind.name);
  }
  throw ConfigError(fmt::format("unknown model '{}'; did you mean '{}'? Models: {}", name,
                                io::nearest_name(name, names), fmt::join(names, ", ")));
}

LoadedModel load_model_file(io::Comm const& comm, std::filesystem::path const& path) {
  io::verify_hdf5(comm, path);
  io::Hdf5File file = io::Hdf5File::open(comm, path);
  LoadedModel loaded;
  loaded.card = drivers::load_card(file);
  loaded.model = model_kind(loaded.card.kind).load(file);
  file.close();
  return loaded;
}

}  // namespace tidemill::jobs
