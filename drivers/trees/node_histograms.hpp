#pragma once

#include <cstdint>
#include <vector>

#include "io/comm/comm.hpp"
#include "kernels/trees/binned_rows.hpp"
#include "kernels/trees/histogram.hpp"
#include "kernels/trees/split.hpp"

namespace tidemill::drivers {

/// A node's histogram in host memory, summed over ranks; only this rank's blocks of features are meaningful.
struct NodeHistogram {
  Kokkos::View<std::int64_t*, Kokkos::HostSpace> cells;
  bool is_wide = false;
  bool is_empty() const { return cells.extent(0) == 0; }
};

/// Builds, sums over ranks, subtracts and recycles the histograms of a tree's nodes. Each rank keeps and searches only
/// its own blocks of eight features: half the communication of a sum to all, and the search is shared out.
class NodeHistograms {
 public:
  NodeHistograms(io::Comm const& comm, kernels::Exec const& exec, kernels::BinnedRows const& rows);

  /// Blocks first_block() .. last_block() - 1 are this rank's.
  std::int32_t first_block() const { return block_of_rank_[static_cast<std::size_t>(comm_.rank())]; }
  std::int32_t last_block() const { return block_of_rank_[static_cast<std::size_t>(comm_.rank()) + 1]; }

  /// Collective: one sum over ranks for all nodes. `total_rows`: of the nodes, over all ranks; few rows fit a packed
  /// histogram.
  std::vector<NodeHistogram> build(kernels::Array<std::int32_t> const& quantised,
                                   std::vector<kernels::NodeRows> const& nodes,
                                   std::vector<std::int64_t> const& total_rows, kernels::CellLayout const& layout);

  /// The other child: parent - child, in the parent's memory where possible.
  NodeHistogram subtract(NodeHistogram parent, NodeHistogram const& child, std::int64_t sibling_rows,
                         kernels::CellLayout const& layout);

  kernels::HistogramView view(NodeHistogram const& histogram, kernels::CellLayout const& layout) const;
  void recycle(NodeHistogram& histogram);

 private:
  NodeHistogram take(bool is_wide, kernels::CellLayout const& layout);
  void build_local(kernels::Array<std::int32_t> const& quantised, kernels::NodeRows const& node,
                   kernels::CellLayout const& layout, NodeHistogram& out);
  void sum_over_ranks(std::vector<NodeHistogram>& histograms, kernels::CellLayout const& layout);

  io::Comm comm_;
  kernels::Exec exec_;
  kernels::BinnedRows const& rows_;
  std::vector<std::int32_t> block_of_rank_;  ///< first block of each rank; one more than ranks
  std::vector<NodeHistogram> free_[2];
  kernels::Array<std::int64_t> device_;
};

}  // namespace tidemill::drivers
