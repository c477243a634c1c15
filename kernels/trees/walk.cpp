#include "kernels/trees/walk.hpp"

#include <vector>

namespace tidemill::kernels {
namespace {

template <class T>
Array<T> to_device(char const* label, std::vector<T> const& values) {
  Array<T> result(Kokkos::view_alloc(std::string(label), Kokkos::WithoutInitializing), values.size());
  Kokkos::View<T const*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged> const host(values.data(), values.size());
  Kokkos::deep_copy(result, host);
  return result;
}

struct Walk {
  FlatTrees trees;
  Array<std::uint8_t> row_major;
  Array<std::uint8_t> draws;
  Array<double> scores;
  std::int64_t rows;
  std::int32_t stride;
  bool only_undrawn;

  KOKKOS_INLINE_FUNCTION std::int32_t leaf_of(std::uint8_t const* bins, std::int32_t at) const {
    FlatTrees::Node node = trees.node(at);
    while (node.feature >= 0) {
      std::uint32_t const bin = bins[node.feature];
      bool left = bin <= static_cast<std::uint32_t>(node.threshold);
      if (node.is_categorical != 0) left = (trees.sets(node.threshold * 4 + (bin >> 6)) >> (bin & 63) & 1) != 0;
      if (bin == 0) left = node.missing_left != 0;
      at = left ? node.left : node.right;
      node = trees.node(at);
    }
    return at;
  }
  KOKKOS_FUNCTION void operator()(std::int64_t row) const {
    if (only_undrawn && draws(row) != 0) return;
    auto const count = static_cast<std::int64_t>(trees.root.extent(0));
    for (std::int64_t t = 0; t < count; ++t) {
      std::int64_t const output = (trees.first_tree + t) % trees.outputs;
      scores(output * rows + row) += trees.value(leaf_of(row_major.data() + row * stride, trees.root(t)));
    }
  }
};

}  // namespace

FlatTrees flatten(TreeEnsemble const& ensemble, std::int64_t first, std::int64_t last) {
  std::int64_t const start = ensemble.tree_start[static_cast<std::size_t>(first)];
  std::int64_t const end = ensemble.tree_start[static_cast<std::size_t>(last)];
  auto const base = static_cast<std::int32_t>(start);
  std::vector<std::int32_t> roots;
  for (std::int64_t t = first; t < last; ++t) {
    roots.push_back(static_cast<std::int32_t>(ensemble.tree_start[static_cast<std::size_t>(t)] - start));
  }
  std::vector<FlatTrees::Node> nodes;
  std::vector<double> values;
  std::vector<std::uint64_t> sets;
  for (auto i = static_cast<std::size_t>(start); i < static_cast<std::size_t>(end); ++i) {
    FlatTrees::Node node{ensemble.feature[i],      ensemble.threshold[i],    ensemble.left[i] - base,
                         ensemble.right[i] - base, ensemble.missing_left[i], ensemble.is_categorical[i]};
    if (node.feature >= 0 && node.is_categorical != 0) {
      auto const from = static_cast<std::ptrdiff_t>(node.threshold) * 4;
      node.threshold = static_cast<std::int32_t>(sets.size() / 4);
      sets.insert(sets.end(), ensemble.sets.begin() + from, ensemble.sets.begin() + from + 4);
    }
    nodes.push_back(node);
    values.push_back(ensemble.value[i]);
  }
  return {ensemble.outputs,
          first,
          to_device("trees::roots", roots),
          to_device("trees::nodes", nodes),
          to_device("trees::values", values),
          to_device("trees::sets", sets)};
}

void add_trees(Exec const& exec, FlatTrees const& trees, Array<std::uint8_t> const& row_major, std::int32_t stride,
               std::int64_t rows, Array<double> const& scores) {
  Kokkos::parallel_for("trees::add_trees", Kokkos::RangePolicy<Exec>(exec, 0, rows),
                       Walk{trees, row_major, {}, scores, rows, stride, false});
  exec.fence();
}

void add_trees_where_undrawn(Exec const& exec, FlatTrees const& trees, Array<std::uint8_t> const& row_major,
                             std::int32_t stride, std::int64_t rows, Array<std::uint8_t> const& draws,
                             Array<double> const& scores) {
  Kokkos::parallel_for("trees::add_trees_where_undrawn", Kokkos::RangePolicy<Exec>(exec, 0, rows),
                       Walk{trees, row_major, draws, scores, rows, stride, true});
  exec.fence();
}

}  // namespace tidemill::kernels
