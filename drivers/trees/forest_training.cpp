#include "drivers/trees/forest_training.hpp"

#include <cmath>

#include "drivers/metrics/classification.hpp"
#include "drivers/metrics/regression.hpp"
#include "drivers/partition/exact_sum.hpp"
#include "drivers/trees/bins.hpp"
#include "kernels/trees/score_rows.hpp"

namespace tidemill::drivers {
namespace {

template <class T>
std::vector<T> gather(io::Comm const& comm, std::vector<T> const& mine) {
  return comm.gather_all(std::span<T const>(mine));
}

/// One array of several trees, all ranks' in rank order.
template <class T>
std::vector<T> gather_member(io::Comm const& comm, std::span<kernels::ForestTree const> trees,
                             std::vector<T> kernels::ForestTree::*member) {
  std::vector<T> mine;
  for (kernels::ForestTree const& tree : trees) mine.insert(mine.end(), (tree.*member).begin(), (tree.*member).end());
  return gather(comm, mine);
}

template <class T>
void append(std::vector<T>& to, std::vector<T> const& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

ForestRowsOfAll::ForestRowsOfAll(io::Comm const& comm, LearningData const& data, TreeDataset const& dataset,
                                 std::vector<kernels::FeatureBins> const& bins) {
  kernels::BinnedRows const binned = bin_dataset(kernels::Exec(), dataset, bins);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), binned.row_major);
  stride_ = binned.stride;
  features_ = binned.features;
  bins_ = comm.gather_all(std::span<std::uint8_t const>(
      host.data(), static_cast<std::size_t>(binned.rows) * static_cast<std::size_t>(binned.stride)));
  target_ = gather(comm, data.target);
  weight_ = gather(comm, data.weight);
  classes_ = is_classification(data.task) ? static_cast<std::int32_t>(data.classes.size()) : 0;
  for (kernels::FeatureBins const& feature : bins) is_categorical_.push_back(feature.is_categorical);
  if (classes_ != 0) return;
  ExactSum sum;
  for (double const y : target_) sum.add(y);
  centre_ = sum.value() / static_cast<double>(target_.size());
  for (double& y : target_) y -= centre_;
}

kernels::ForestRows ForestRowsOfAll::view() const {
  return {bins_,   static_cast<std::int64_t>(target_.size()), stride_, features_, is_categorical_, target_, weight_,
          classes_};
}

void append_forest_trees(io::Comm const& comm, std::span<kernels::ForestTree const> mine,
                         kernels::TreeEnsemble& ensemble, std::vector<double>& shares) {
  using Tree = kernels::ForestTree;
  std::vector<std::int64_t> sizes;
  for (Tree const& tree : mine) {
    sizes.insert(sizes.end(), {tree.nodes(), static_cast<std::int64_t>(tree.sets.size() / 4), tree.outputs});
  }
  sizes = gather(comm, sizes);
  Tree all;
  all.feature = gather_member(comm, mine, &Tree::feature);
  all.threshold = gather_member(comm, mine, &Tree::threshold);
  all.left = gather_member(comm, mine, &Tree::left);
  all.right = gather_member(comm, mine, &Tree::right);
  all.missing_left = gather_member(comm, mine, &Tree::missing_left);
  all.is_categorical = gather_member(comm, mine, &Tree::is_categorical);
  all.gain = gather_member(comm, mine, &Tree::gain);
  all.mean = gather_member(comm, mine, &Tree::mean);
  all.cover = gather_member(comm, mine, &Tree::cover);
  all.sets = gather_member(comm, mine, &Tree::sets);

  // Children and category sets are counted from their tree's first.
  std::size_t node = 0;
  for (std::size_t t = 0; t < sizes.size(); t += 3) {
    auto const first_node = static_cast<std::int32_t>(ensemble.tree_start.back());
    auto const first_set = static_cast<std::int32_t>(ensemble.sets.size() / 4);
    for (std::int64_t i = 0; i < sizes[t]; ++i, ++node) {
      if (all.feature[node] < 0) continue;
      all.left[node] += first_node;
      all.right[node] += first_node;
      if (all.is_categorical[node] != 0) all.threshold[node] += first_set;
    }
    ensemble.tree_start.push_back(first_node + sizes[t]);
    auto const sets = static_cast<std::ptrdiff_t>(sizes[t + 1]) * 4;
    ensemble.sets.insert(ensemble.sets.end(), all.sets.begin(), all.sets.begin() + sets);
    all.sets.erase(all.sets.begin(), all.sets.begin() + sets);
  }
  bool const has_shares = !sizes.empty() && sizes[2] > 1;
  append(ensemble.feature, all.feature);
  append(ensemble.threshold, all.threshold);
  append(ensemble.left, all.left);
  append(ensemble.right, all.right);
  append(ensemble.missing_left, all.missing_left);
  append(ensemble.is_categorical, all.is_categorical);
  append(ensemble.gain, all.gain);
  append(ensemble.cover, all.cover);
  append(has_shares ? shares : ensemble.value, all.mean);
  if (has_shares) ensemble.value.resize(ensemble.feature.size(), 0.0);
}

std::map<std::string, double> judge_out_of_bag(io::Comm const& comm, ForestRowsOfAll const& rows,
                                               ForestModel const& model, ForestParams const& params) {
  kernels::ForestRows const data = rows.view();
  auto const n = static_cast<std::size_t>(data.rows), outputs = static_cast<std::size_t>(model.outputs());
  kernels::TreeEnsemble const& ensemble = model.trees().ensemble;
  kernels::ScoringTrees const trees =
      kernels::lay_out_for_scoring(ensemble, model.node_values(), model.outputs() > 1 ? model.outputs() : 1);
  // Votes are added as integers: ranks judge different trees.
  double largest = 0;
  for (double const value : model.node_values()) largest = std::max(largest, std::abs(value));
  double const scale = std::ldexp(1, 50 - (largest > 0 ? std::ilogb(largest) + 1 : 0) - std::ilogb(ensemble.trees()));
  std::vector<std::int64_t> votes(n * outputs, 0), voters(n, 0);
  io::RowRange const share = io::even_share(ensemble.trees(), comm.rank(), comm.size());
  for (std::int64_t t = share.first; t < share.end(); ++t) {
    std::vector<double> vote(n * outputs, 0.0);
    kernels::add_scores(trees, t, t + 1, data.bins.data(), data.rows, data.stride, data.features, vote.data());
    for (std::size_t row = 0; row < n; ++row) {
      if (kernels::forest_draws(params.seed, static_cast<std::int64_t>(row), t) != 0) continue;
      ++voters[row];
      for (std::size_t k = 0; k < outputs; ++k) {
        votes[row * outputs + k] += std::llround(vote[row * outputs + k] * scale);
      }
    }
  }
  comm.sum(std::span<std::int64_t>(votes));
  comm.sum(std::span<std::int64_t>(voters));

  std::vector<double> actual, predicted;
  std::vector<std::int32_t> actual_class;
  for (std::size_t row = 0; row < n; ++row) {
    if (voters[row] == 0) continue;  // every tree has seen it
    double const factor = static_cast<double>(ensemble.trees()) / (static_cast<double>(voters[row]) * scale);
    actual.push_back(data.target[row]);
    actual_class.push_back(static_cast<std::int32_t>(data.target[row]));
    if (data.classes == 2) predicted.push_back(1 - static_cast<double>(votes[row]) * factor);
    for (std::size_t k = 0; k < outputs; ++k) {
      predicted.push_back(static_cast<double>(votes[row * outputs + k]) * factor);
    }
  }
  io::Comm const self = io::Comm::self();
  if (data.classes == 0) return {{"out_of_bag_r2", regression_errors(self, {actual, predicted}).r2}};
  ClassificationErrors const errors = classification_errors(self, actual_class, predicted, data.classes);
  return {{"out_of_bag_accuracy", errors.accuracy}, {"out_of_bag_logloss", errors.logloss}};
}

}  // namespace tidemill::drivers
