#pragma once

#include <cstdint>

#include "kernels/trees/binned_rows.hpp"
#include "kernels/trees/ensemble.hpp"

namespace tidemill::kernels {

/// Some trees of an ensemble in device memory, laid out for walking.
struct FlatTrees {
  struct Node {
    std::int32_t feature;  ///< -1: leaf
    std::int32_t threshold;
    std::int32_t left, right;
    std::int8_t missing_left, is_categorical;
  };
  std::int32_t outputs = 1;
  std::int64_t first_tree = 0;
  Array<std::int32_t> root;  ///< per tree
  Array<Node> node;
  Array<double> value;
  Array<std::uint64_t> sets;
};

/// Trees first .. last - 1 of the ensemble.
FlatTrees flatten(TreeEnsemble const& ensemble, std::int64_t first, std::int64_t last);

/// scores(output * rows + row) += leaf of every tree, tree after tree; tree t belongs to output t % outputs.
/// `row_major`, `stride`: as in BinnedRows.
void add_trees(Exec const& exec, FlatTrees const& trees, Array<std::uint8_t> const& row_major, std::int32_t stride,
               std::int64_t rows, Array<double> const& scores);

/// The same for rows whose entry in `draws` is 0 (rows that a sampled tree did not see).
void add_trees_where_undrawn(Exec const& exec, FlatTrees const& trees, Array<std::uint8_t> const& row_major,
                             std::int32_t stride, std::int64_t rows, Array<std::uint8_t> const& draws,
                             Array<double> const& scores);

}  // namespace tidemill::kernels
