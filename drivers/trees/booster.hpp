#pragma once

#include <cstdint>
#include <vector>

#include "drivers/trees/bins.hpp"
#include "drivers/trees/dataset.hpp"
#include "drivers/trees/grow.hpp"
#include "drivers/trees/params.hpp"
#include "kernels/trees/ensemble.hpp"
#include "kernels/trees/gradients.hpp"

namespace tidemill::drivers {

/// The training rows with their scores, and how they change by one tree.
class Booster {
 public:
  Booster(io::Comm const& comm, kernels::Exec const& exec, TreeDataset const& data,
          std::vector<kernels::FeatureBins> const& bins, TreeParams const& params);

  /// Scores as they are after these trees: replayed in order, so the bits are those of the training.
  void restart(kernels::TreeEnsemble const& ensemble);

  /// Collective. One round: a tree per output, appended to the ensemble. False when no tree found a split.
  bool add_round(kernels::TreeEnsemble& ensemble, std::int64_t round);

 private:
  bool add_tree(kernels::TreeEnsemble& ensemble, std::int32_t output);
  void draw(std::int64_t round);
  GrowthTask quantise(std::uint32_t tree, kernels::GradientRange const& range);
  std::vector<double> leaf_values(std::vector<GrownNode> const& tree, std::int32_t output,
                                  kernels::GradientRange const& range);
  std::vector<double> newton_values(std::vector<GrownNode> const& tree, kernels::GradientRange const& range);
  std::vector<double> quantile_values(std::vector<GrownNode> const& tree, std::int32_t output);
  void apply_bounds(std::vector<GrownNode> const& tree, std::vector<double>& values) const;
  void update_scores(std::vector<GrownNode> const& tree, std::vector<double> const& values, std::int32_t output,
                     kernels::TreeEnsemble const& ensemble);
  kernels::Array<double> scores_of(std::int32_t output) const;
  bool is_sampled() const { return params_.bootstrap || params_.row_sample < 1; }

  io::Comm comm_;
  kernels::Exec exec_;
  TreeParams const& params_;
  kernels::Loss loss_;
  kernels::CellLayout layout_;
  kernels::BinnedRows rows_;
  io::RowRange range_;
  TreeGrower grower_;
  kernels::Array<double> target_, weight_, scores_, probabilities_;
  kernels::Array<std::uint8_t> draws_;
  kernels::GradientPairs pairs_;
  kernels::Array<std::int32_t> quantised_;
  std::int64_t drawn_ = 0;  ///< local rows in the tree
};

}  // namespace tidemill::drivers
