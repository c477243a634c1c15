#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/trees/ensemble.hpp"

namespace tidemill::kernels {

/// Trees laid out for scoring many rows on a host: breadth first, so that the two children of a node are neighbours and
/// the top of a tree fits two registers. A leaf points to itself, so that rows of one tree may take different numbers
/// of steps without asking.
struct ScoringTrees {
  static constexpr std::uint32_t missing_right = 1u << 8;  ///< bits 0-7 of a word: threshold
  static constexpr std::uint32_t categorical = 1u << 9;
  static constexpr int feature_shift = 10;  ///< bits 10-31: feature

  std::int32_t outputs = 1;  ///< values per row
  bool has_categories = false;
  std::vector<std::int32_t> root;    ///< per tree; one more for the end
  std::vector<std::int32_t> depth;   ///< per tree: steps from the root to the deepest leaf
  std::vector<std::int32_t> output;  ///< per tree: the output it adds to, when `values_per_leaf` is 1
  std::vector<std::uint32_t> word;   ///< per node, 16 more so that wide loads stay inside
  std::vector<std::int32_t> child;   ///< per node: left child, counted from the tree's root; a leaf: itself
  std::int32_t values_per_leaf = 1;
  std::vector<double> value;        ///< per node
  std::vector<std::int32_t> set;    ///< per node: first word of its set, or 0
  std::vector<std::uint32_t> sets;  ///< eight words of 32 bins each: a set bit goes left
};

/// `value`: `values_per_leaf` numbers per node of the ensemble (1: ensemble.value, where tree t adds to output
/// t % outputs; otherwise every tree adds to all outputs).
ScoringTrees lay_out_for_scoring(TreeEnsemble const& ensemble, std::span<double const> value,
                                 std::int32_t values_per_leaf);

/// scores[row * outputs + k] += leaf values of trees first_tree .. last_tree - 1, in order. `bins` as in TreeEnsemble,
/// row-major. Uses AVX-512 where the processor has it; the numbers are the same.
void add_scores(ScoringTrees const& trees, std::int64_t first_tree, std::int64_t last_tree, std::uint8_t const* bins,
                std::int64_t rows, std::int32_t stride, std::int32_t features, double* scores);

namespace host {
constexpr int rows_at_once = 64;
/// Leaf (node of the tree, from its root) of 64 rows; `block` holds feature * 64 + row, with 4 bytes to spare.
void find_leaves(ScoringTrees const& trees, std::size_t tree, std::uint8_t const* block, std::int32_t* leaf);
void find_leaves_avx512(ScoringTrees const& trees, std::size_t tree, std::uint8_t const* block, std::int32_t* leaf);
}  // namespace host

}  // namespace tidemill::kernels
