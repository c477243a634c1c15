#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/trees/ensemble.hpp"

namespace tidemill::kernels {

/// A tree as paths from the root to each leaf, which is how contributions are computed. A path lists every feature
/// once: the conditions it must meet in all nodes of the path, and the share of training rows that meet them.
class TreePaths {
 public:
  /// Tree `tree` of an ensemble; `value` holds `outputs` numbers per node of the ensemble.
  TreePaths(TreeEnsemble const& ensemble, std::int64_t tree, std::span<double const> value, std::int32_t outputs);

  /// Adds the contribution of each feature to each output for one row of bins: contribution[output * (features + 1) +
  /// feature]; the element at `features` gets the mean over training rows. Exact Shapley values of the path-dependent
  /// game (Lundberg et al. 2018, arXiv 1802.03888): an absent feature sends a row both ways, in the shares of the
  /// training rows. The sum over features and the mean is the tree's value for the row.
  void add_contributions(std::uint8_t const* bins, std::int32_t features, std::span<double> contribution) const;

 private:
  struct Element {
    std::int32_t feature;
    double absent_share;  ///< share of training rows that stay on the path when the feature is not known
    std::size_t allowed;  ///< first of the four words of bins that stay on the path
  };
  struct Leaf {
    std::size_t begin, end;  ///< elements
  };
  void walk(TreeEnsemble const& ensemble, std::span<double const> value, std::size_t node, std::vector<Element>& path);
  std::size_t narrowed(TreeEnsemble const& ensemble, std::size_t node, bool to_left, std::size_t allowed);

  std::int32_t outputs_;
  std::vector<Element> elements_;
  std::vector<std::uint64_t> allowed_;
  std::vector<Leaf> leaves_;
  std::vector<double> leaf_value_;  ///< outputs per leaf
  std::vector<double> mean_;        ///< per output
};

}  // namespace tidemill::kernels
