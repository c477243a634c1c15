#include "drivers/trees/node_histograms.hpp"

#include <algorithm>
#include <span>

namespace tidemill::drivers {

NodeHistograms::NodeHistograms(io::Comm const& comm, kernels::Exec const& exec, kernels::BinnedRows const& rows)
    : comm_(comm), exec_(exec), rows_(rows) {
  for (int rank = 0; rank <= comm.size(); ++rank) {
    bool const is_end = rank == comm.size();
    block_of_rank_.push_back(
        is_end ? rows.blocks() : static_cast<std::int32_t>(io::even_share(rows.blocks(), rank, comm.size()).first));
  }
}

NodeHistogram NodeHistograms::take(bool is_wide, kernels::CellLayout const& layout) {
  std::vector<NodeHistogram>& free = free_[is_wide ? 1 : 0];
  if (!free.empty()) {
    NodeHistogram histogram = std::move(free.back());
    free.pop_back();
    return histogram;
  }
  auto const size = static_cast<std::size_t>(rows_.cells() * (is_wide ? layout.planes() : 1));
  return {Kokkos::View<std::int64_t*, Kokkos::HostSpace>(
              Kokkos::view_alloc(std::string("trees::histogram"), Kokkos::WithoutInitializing), size),
          is_wide};
}

void NodeHistograms::recycle(NodeHistogram& histogram) {
  if (histogram.is_empty()) return;
  bool const is_wide = histogram.is_wide;
  free_[is_wide ? 1 : 0].push_back(std::move(histogram));
  histogram = {};
}

void NodeHistograms::build_local(kernels::Array<std::int32_t> const& quantised, kernels::NodeRows const& node,
                                 kernels::CellLayout const& layout, NodeHistogram& out) {
  if constexpr (Kokkos::SpaceAccessibility<Kokkos::HostSpace, kernels::DeviceMemory>::accessible) {
    kernels::Array<std::int64_t> const cells(out.cells.data(), out.cells.extent(0));
    kernels::build_histogram(exec_, rows_, quantised, node, layout, out.is_wide, cells);
  } else {
    if (device_.extent(0) < out.cells.extent(0)) {
      device_ = kernels::Array<std::int64_t>("trees::device_histogram",
                                             static_cast<std::size_t>(rows_.cells() * layout.planes()));
    }
    kernels::build_histogram(exec_, rows_, quantised, node, layout, out.is_wide, device_);
    auto const used = std::pair<std::size_t, std::size_t>(0, out.cells.extent(0));
    Kokkos::deep_copy(out.cells, Kokkos::subview(device_, used));
  }
}

std::vector<NodeHistogram> NodeHistograms::build(kernels::Array<std::int32_t> const& quantised,
                                                 std::vector<kernels::NodeRows> const& nodes,
                                                 std::vector<std::int64_t> const& total_rows,
                                                 kernels::CellLayout const& layout) {
  std::vector<NodeHistogram> histograms;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    histograms.push_back(take(total_rows[i] > layout.rows_per_block, layout));
    build_local(quantised, nodes[i], layout, histograms.back());
  }
  if (comm_.size() > 1) sum_over_ranks(histograms, layout);
  return histograms;
}

void NodeHistograms::sum_over_ranks(std::vector<NodeHistogram>& histograms, kernels::CellLayout const& layout) {
  // Rank after rank, node after node, plane after plane: each rank's part is contiguous.
  std::vector<std::int64_t> all;
  std::vector<std::int64_t> counts;
  std::int64_t const cells = rows_.cells();
  auto const planes_of = [&](NodeHistogram const& h) { return h.is_wide ? layout.planes() : 1; };
  auto const start_of = [&](std::size_t rank) {
    return rows_.block_start[static_cast<std::size_t>(block_of_rank_[rank])];
  };
  for (std::size_t rank = 0; rank < static_cast<std::size_t>(comm_.size()); ++rank) {
    std::size_t const before = all.size();
    for (NodeHistogram const& h : histograms) {
      for (std::int64_t plane = 0; plane < planes_of(h); ++plane) {
        std::int64_t const* const from = h.cells.data() + plane * cells;
        all.insert(all.end(), from + start_of(rank), from + start_of(rank + 1));
      }
    }
    counts.push_back(static_cast<std::int64_t>(all.size() - before));
  }
  std::vector<std::int64_t> const mine = comm_.sum_parts(std::span<std::int64_t const>(all), counts);
  auto const me = static_cast<std::size_t>(comm_.rank());
  auto at = mine.begin();
  std::int64_t const size = start_of(me + 1) - start_of(me);
  for (NodeHistogram& h : histograms) {
    for (std::int64_t plane = 0; plane < planes_of(h); ++plane, at += size) {
      std::copy_n(at, size, h.cells.data() + plane * cells + start_of(me));
    }
  }
}

NodeHistogram NodeHistograms::subtract(NodeHistogram parent, NodeHistogram const& child, std::int64_t sibling_rows,
                                       kernels::CellLayout const& layout) {
  std::int64_t const cells = rows_.cells();
  if (!parent.is_wide) {
    kernels::subtract_packed(parent.cells.data(), child.cells.data(), cells);
  } else if (child.is_wide) {
    kernels::subtract_packed(parent.cells.data(), child.cells.data(), cells * layout.planes());
  } else {
    kernels::subtract_packed_from_wide(parent.cells.data(), child.cells.data(), cells, layout);
  }
  if (!parent.is_wide || sibling_rows > layout.rows_per_block) return parent;
  NodeHistogram packed = take(false, layout);
  kernels::pack(parent.cells.data(), cells, layout, packed.cells.data());
  recycle(parent);
  return packed;
}

kernels::HistogramView NodeHistograms::view(NodeHistogram const& histogram, kernels::CellLayout const& layout) const {
  return {histogram.cells.data(), rows_.cells(), histogram.is_wide, layout};
}

}  // namespace tidemill::drivers
