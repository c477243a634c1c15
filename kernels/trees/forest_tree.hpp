#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tidemill::kernels {

/// Rows that a forest learns from, in host memory: bins as in TreeEnsemble (0 is missing), row-major.
struct ForestRows {
  std::span<std::uint8_t const> bins;  ///< row * stride + feature
  std::int64_t rows = 0;
  std::int32_t stride = 0;
  std::int32_t features = 0;
  std::span<std::int8_t const> is_categorical;  ///< per feature
  std::span<double const> target;               ///< a number, or a class 0, 1, ...
  std::span<double const> weight;               ///< empty: all 1
  std::int32_t classes = 0;                     ///< 0: regression; 2 and more: classification
};

struct ForestTreeParams {
  std::int32_t features_per_node = 1;  ///< drawn anew in each node; more when all of them are constant there
  std::int64_t min_rows_in_leaf = 1;   ///< draws counted
  std::int32_t max_depth = 0;          ///< 0: no limit
  bool bootstrap = true;               ///< a row counts Poisson(1) times; otherwise once
  std::uint64_t seed = 1;
};

/// One tree, as the arrays of TreeEnsemble (children counted from this tree's root) and the mean of every node:
/// `outputs` numbers per node, class shares for three and more classes, otherwise the mean target.
struct ForestTree {
  std::int32_t outputs = 1;
  std::vector<std::int32_t> feature, threshold, left, right;
  std::vector<std::int8_t> missing_left, is_categorical;
  std::vector<double> gain, mean;
  std::vector<std::int64_t> cover;
  std::vector<std::uint64_t> sets;
  std::int64_t nodes() const { return static_cast<std::int64_t>(feature.size()); }
};

/// How often row `row` counts in tree `tree`: Poisson(1), a function of its arguments only.
std::uint32_t forest_draws(std::uint64_t seed, std::int64_t row, std::int64_t tree);

/// Grows tree number `tree` of a forest (Breiman 2001) on all rows: splits by the decrease of variance, which for
/// classes is the Gini index, over a random subset of features in each node. A function of its arguments only: the
/// same tree wherever it is grown. Host code: small nodes dominate deep trees, and they live in one core's cache.
ForestTree grow_forest_tree(ForestRows const& data, ForestTreeParams const& params, std::int64_t tree);

}  // namespace tidemill::kernels
