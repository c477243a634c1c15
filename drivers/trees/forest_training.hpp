#pragma once

#include <span>
#include <vector>

#include "drivers/trees/forest_model.hpp"
#include "kernels/trees/forest_tree.hpp"

namespace tidemill::drivers {

/// All rows of all ranks, as a forest learns from them.
class ForestRowsOfAll {
 public:
  /// Collective.
  ForestRowsOfAll(io::Comm const& comm, LearningData const& data, TreeDataset const& dataset,
                  std::vector<kernels::FeatureBins> const& bins);
  kernels::ForestRows view() const;
  /// Mean target of a regression, taken off before sums are made; 0 for classes.
  double centre() const { return centre_; }
  std::vector<double> const& target() const { return target_; }

 private:
  std::vector<std::uint8_t> bins_;
  std::int32_t stride_ = 0, features_ = 0, classes_ = 0;
  std::vector<std::int8_t> is_categorical_;
  std::vector<double> target_, weight_;
  double centre_ = 0;
};

/// Collective. Appends the trees that the ranks have grown, in rank order, to an ensemble of one value per node;
/// `shares` gets the class shares of three and more classes.
void append_forest_trees(io::Comm const& comm, std::span<kernels::ForestTree const> mine,
                         kernels::TreeEnsemble& ensemble, std::vector<double>& shares);

/// Collective. The forest's quality on rows that trees did not see.
std::map<std::string, double> judge_out_of_bag(io::Comm const& comm, ForestRowsOfAll const& rows,
                                               ForestModel const& model, ForestParams const& params);

}  // namespace tidemill::drivers
