#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/trees/objective_kind.hpp"

namespace tidemill::drivers {

using kernels::Objective;
std::string name_of(Objective objective);
/// Throws ConfigError naming the known ones.
Objective objective_of(std::string const& name);

enum class Growth {
  leaf_wise,   ///< always the split with the largest gain next
  level_wise,  ///< all nodes of a depth before any deeper one
};

/// What steers the training of an ensemble. The same values and data give the same model on any number of ranks.
struct TreeParams {
  Objective objective = Objective::squared;
  double tweedie_power = 1.5;  ///< in (1, 2)
  double quantile = 0.5;       ///< in (0, 1)
  std::int32_t classes = 1;    ///< softmax: 2 or more; otherwise 1

  std::int32_t trees = 100;  ///< rounds; softmax grows `classes` trees in each
  double learning_rate = 0.1;
  std::int32_t max_leaves = 31;  ///< 0: as many as max_depth allows
  std::int32_t max_depth = 0;    ///< 0: no limit (then max_leaves must be set)
  Growth growth = Growth::leaf_wise;
  std::int64_t min_rows_in_leaf = 20;
  double min_hessian = 1e-3;  ///< smallest sum of (weighted) second derivatives in a leaf
  double l1 = 0;              ///< on leaf values
  double l2 = 0;
  double min_gain = 0;  ///< a split must gain more than this

  double row_sample = 1;              ///< share of rows a tree sees, drawn per tree without replacement
  double column_sample = 1;           ///< share of features a tree sees
  double column_sample_by_node = 1;   ///< share of those a node may split on
  std::int32_t max_bins = 255;        ///< of a feature, missing not counted; at most 255
  std::vector<std::int8_t> monotone;  ///< per feature: 1 the score never falls as it grows, -1 never rises, 0 free;
                                      ///< empty: all free

  double category_smoothing = 10;            ///< added to the hessian when categories are put in order
  double category_l2 = 10;                   ///< added to l2 for splits of more than one category
  std::int32_t one_hot_categories = 4;       ///< features of at most so many categories split one against the rest
  std::int32_t max_category_threshold = 32;  ///< categories on the smaller side of a split
  std::int64_t min_rows_in_category = 1;     ///< in all rows; rarer categories are treated as missing

  std::int32_t early_stopping_rounds = 0;  ///< 0: off; else stop after so many rounds without a better validation loss
  std::uint64_t seed = 1;

  /// Forest: trees do not see each other (gradients stay those of the first score), leaf values are averaged, and
  /// learning_rate is not used. With `bootstrap` a row counts Poisson(1) times in a tree.
  bool forest = false;
  bool bootstrap = false;

  std::int32_t outputs() const { return objective == Objective::softmax ? classes : 1; }
};

/// Throws ConfigError naming the option, its value and its range.
void check(TreeParams const& params, std::int64_t features);

/// Canonical "key = value" lines of everything the model depends on, for files and checkpoint keys; and back.
std::string to_text(TreeParams const& params);
TreeParams params_of_text(std::string const& text);

}  // namespace tidemill::drivers
