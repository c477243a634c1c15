#include "drivers/trees/forest_model.hpp"

#include <algorithm>
#include <cmath>

#include "drivers/trees/bins.hpp"
#include "drivers/trees/boost_model.hpp"
#include "drivers/trees/explain.hpp"
#include "drivers/trees/forest_training.hpp"
#include "io/error.hpp"
#include "io/signals/stop_request.hpp"
#include "kernels/trees/score_rows.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::int64_t trees_per_rank_and_batch = 2;

kernels::ForestTreeParams tree_params(ForestParams const& params, LearningData const& data) {
  if (params.trees < 1) throw ConfigError("--trees must be at least 1");
  if (params.features_per_node < 0) throw ConfigError("--features-per-node must be 0 (automatic) or more");
  auto const features = static_cast<double>(data.features.columns.size());
  double const automatic = is_classification(data.task) ? std::sqrt(features) : features / 3;
  kernels::ForestTreeParams tree;
  tree.features_per_node =
      params.features_per_node > 0 ? params.features_per_node : std::max(1, static_cast<int>(automatic));
  tree.min_rows_in_leaf = std::max<std::int64_t>(params.min_rows_in_leaf, 1);
  tree.max_depth = params.max_depth;
  tree.bootstrap = params.bootstrap;
  tree.seed = params.seed;
  return tree;
}

}  // namespace

std::unique_ptr<ForestModel> ForestModel::train(io::Comm const& comm, LearningData const& data, ForestParams params,
                                                CheckpointPlace const& checkpoints, io::Progress& progress) {
  if (data.task != Task::regression && !is_classification(data.task)) {
    throw ConfigError("a forest has the tasks regression, binary and multiclass; use --model boost for " +
                      std::string(name_of(data.task)));
  }
  kernels::ForestTreeParams const growth = tree_params(params, data);
  auto model = std::make_unique<ForestModel>();
  TreeDataset const dataset = tree_dataset(data);
  TreeModel& trees = model->trees_;
  trees.params.max_bins = params.max_bins;
  trees.params.trees = params.trees;
  trees.params.seed = params.seed;
  trees.target = data.target_name;
  trees.best_round = params.trees;
  trees.bins = make_bins(comm, dataset, trees.params);
  for (TreeFeature const& feature : dataset.features) {
    trees.feature_names.push_back(feature.name);
    trees.categories.push_back(feature.categories);
  }
  model->outputs_ =
      data.task == Task::multiclass && data.classes.size() > 2 ? static_cast<std::int32_t>(data.classes.size()) : 1;
  ForestRowsOfAll const rows(comm, data, dataset, trees.bins);
  kernels::TreeEnsemble& ensemble = trees.ensemble;
  ensemble.base_score = {rows.centre()};

  io::CheckpointStore store = checkpoints.store(comm, "forest");
  auto const save_state = [&](io::Hdf5File& file) {
    save_ensemble(file, ensemble, "trees");
    file.write_all("shares", model->shares_);
  };
  store.load_newest([&](io::Hdf5File& file) {
    ensemble = load_ensemble(file, "trees", trees.bins);
    model->shares_ = file.read_all<double>("shares");
  });
  progress.begin("forest", params.trees);
  progress.advance(ensemble.trees());
  while (ensemble.trees() < params.trees) {
    std::int64_t const first = ensemble.trees();
    std::int64_t const batch = std::min(params.trees - first, trees_per_rank_and_batch * comm.size());
    io::RowRange const share = io::even_share(batch, comm.rank(), comm.size());
    std::vector<kernels::ForestTree> mine;
    io::agree(comm, "grow trees", [&] {
      for (std::int64_t t = share.first; t < share.end(); ++t) {
        mine.push_back(kernels::grow_forest_tree(rows.view(), growth, first + t));
      }
    });
    append_forest_trees(comm, mine, ensemble, model->shares_);
    progress.advance(batch);
    bool const must_stop = ensemble.trees() < params.trees && io::stop_requested(comm);
    if (store.is_enabled() && (must_stop || store.is_due())) store.save(ensemble.trees(), save_state);
    if (must_stop && store.is_enabled())
      throw StoppedAtCheckpoint("stopped after tree " + std::to_string(ensemble.trees()));
  }
  for (auto* values : {&ensemble.value, &model->shares_}) {
    for (double& value : *values) value /= static_cast<double>(params.trees);
  }
  if (params.out_of_bag && params.bootstrap) model->facts_ = judge_out_of_bag(comm, rows, *model, params);
  progress.end();
  return model;
}

std::vector<double> ForestModel::predict(io::Comm const&, io::Table const& rows) const {
  TreeDataset const data = features_for(trees_, rows);
  kernels::BinnedRows const binned = bin_dataset(kernels::Exec(), data, trees_.bins);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), binned.row_major);
  auto const n = static_cast<std::size_t>(data.rows()), width = static_cast<std::size_t>(outputs_);
  std::vector<double> votes(n * width, width == 1 ? trees_.ensemble.base_score[0] : 0.0);
  kernels::ScoringTrees const trees = kernels::lay_out_for_scoring(trees_.ensemble, node_values(), outputs_);
  kernels::add_scores(trees, 0, trees_.ensemble.trees(), host.data(), binned.rows, binned.stride, binned.features,
                      votes.data());
  return votes;
}

std::vector<double> ForestModel::contributions(io::Table const& rows) const {
  return explain(kernels::Exec(), trees_, node_values(), outputs_, rows).contribution;
}

Model::Importance ForestModel::importance() const {
  FeatureImportance const found = importance_of(trees_);
  return {found.gain, found.splits};
}

void ForestModel::save(io::Hdf5File& file) const {
  save_model(file, trees_, "forest");
  file.set_attribute("forest", "values_per_node", std::int64_t{outputs_});
  file.write_all("forest/class_shares", shares_);
  for (auto const& [name, value] : facts_) file.set_attribute("forest", name, value);
}

std::unique_ptr<ForestModel> ForestModel::load(io::Hdf5File& file) {
  auto model = std::make_unique<ForestModel>();
  model->trees_ = load_model(file, "forest");
  std::int64_t const outputs = file.integer_attribute("forest", "values_per_node");
  model->shares_ = file.read_all<double>("forest/class_shares");
  auto const nodes = static_cast<std::size_t>(model->trees_.ensemble.nodes());
  if (outputs < 1 || outputs > 4096 ||
      model->shares_.size() != (outputs > 1 ? nodes * static_cast<std::size_t>(outputs) : 0)) {
    throw DataError(file.path().string() + ": the forest's class shares do not fit its nodes");
  }
  model->outputs_ = static_cast<std::int32_t>(outputs);
  return model;
}

}  // namespace tidemill::drivers
