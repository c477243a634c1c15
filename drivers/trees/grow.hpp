#pragma once

#include <cstdint>
#include <vector>

#include "drivers/trees/node_histograms.hpp"
#include "drivers/trees/params.hpp"
#include "io/comm/comm.hpp"
#include "kernels/trees/binned_rows.hpp"
#include "kernels/trees/histogram.hpp"
#include "kernels/trees/split.hpp"

namespace tidemill::drivers {

/// One node of a grown tree. Its rows on this rank are a range of the grower's row index.
struct GrownNode {
  std::int64_t first = 0;
  std::int64_t count = 0;
  kernels::NodeSums sums;  ///< over all ranks; count is the exact number of rows
  kernels::NodeBounds bounds;
  std::int32_t depth = 0;
  std::uint64_t path = 1;  ///< hash of the way from the root; names the node in random choices
  kernels::Split split;    ///< the best one, if any is good enough
  std::int32_t left = -1;  ///< children, in the vector of nodes; -1: leaf
  std::int32_t right = -1;

  bool is_leaf() const { return left < 0; }
};

/// What one tree is grown from.
struct GrowthTask {
  kernels::Array<std::int32_t> quantised;  ///< see kernels::quantise
  kernels::NodeSums sums;                  ///< of all rows of all ranks in this tree
  std::int64_t rows = 0;                   ///< this rank's rows in this tree: the first elements of the row index
  bool is_all = false;                     ///< they are all local rows; the index need not be filled
  kernels::SplitRules rules;
  kernels::CellLayout layout;
  std::uint32_t tree = 0;
};

/// Grows trees over all ranks' rows. Histograms are summed over ranks as integers, so every rank comes to the same
/// tree, which is also the one that a single rank would grow.
class TreeGrower {
 public:
  TreeGrower(io::Comm const& comm, kernels::Exec const& exec, kernels::BinnedRows const& rows,
             kernels::SplitFeatures features, TreeParams const& params);

  /// Collective. Nodes in the order of creation: root first, children of a split together. The tree of strict
  /// best-first (or level by level) growth, although several nodes are expanded per synchronisation: what strict growth
  /// would not have split is dropped at the end.
  std::vector<GrownNode> grow(GrowthTask const& task);

  /// Row numbers, leaf by leaf after grow().
  kernels::Array<std::uint32_t> const& row_index() const { return index_; }
  kernels::NodeRows rows_of(GrownNode const& node) const;

 private:
  struct Work {
    GrownNode node;
    NodeHistogram histogram;
    std::int32_t left = -1;  ///< children in work_, once expanded
    std::int32_t right = -1;
    bool is_expanded() const { return left >= 0; }
  };

  void start();
  void expand(std::vector<std::int32_t> const& batch, bool search_children);
  void split_rows(std::vector<std::int32_t> const& batch);
  void add_children(std::int32_t parent, std::int64_t left_rows, std::int64_t left_total);
  std::vector<std::int32_t> make_histograms(std::vector<std::int32_t> const& batch);
  void search(std::vector<std::int32_t> const& nodes);
  bool can_split(GrownNode const& node) const;
  std::size_t batch_size(std::int64_t leaves_left) const;

  io::Comm comm_;
  kernels::Exec exec_;
  kernels::BinnedRows const& rows_;
  kernels::SplitFeatures features_;
  TreeParams const& params_;
  NodeHistograms histograms_;
  GrowthTask task_;
  kernels::Array<std::uint32_t> index_;
  kernels::Array<std::uint32_t> scratch_;
  std::vector<Work> work_;
  std::vector<std::int8_t> tree_features_;
};

}  // namespace tidemill::drivers
