#pragma once

#include <cstdint>
#include <vector>

namespace tidemill::kernels {

/// Trees on binned features, as plain arrays: what training makes, and scoring, SHAP, importance and files use.
/// Tree t owns nodes tree_start[t] .. tree_start[t+1]; child numbers are positions in the same arrays.
/// Bin numbering of a feature: 0 is "missing"; numeric bins 1.. are half-open intervals in ascending order (see
/// FeatureBins); categorical bins 1.. are categories.
struct TreeEnsemble {
  std::int32_t outputs = 1;                 ///< trees per round: classes for softmax, otherwise 1
  std::vector<double> base_score;           ///< one per output, added to the sum of leaves
  std::vector<std::int64_t> tree_start{0};  ///< one more than trees
  std::vector<std::int32_t> feature;        ///< -1: leaf
  std::vector<std::int32_t> threshold;      ///< numeric: bins <= threshold go left; categorical: position in `sets`
  std::vector<std::int8_t> missing_left;    ///< where bin 0 goes
  std::vector<std::int8_t> is_categorical;
  std::vector<std::int32_t> left, right;  ///< children; -1 in leaves
  std::vector<double> value;              ///< leaf value, learning rate included; 0 in inner nodes
  std::vector<double> gain;               ///< of the split; 0 in leaves
  std::vector<std::int64_t> cover;        ///< training rows that reached the node (after sampling)
  std::vector<std::uint64_t> sets;        ///< categorical sets: 4 words (256 bins) each; a set bit goes left

  std::int64_t trees() const { return static_cast<std::int64_t>(tree_start.size()) - 1; }
  std::int64_t nodes() const { return static_cast<std::int64_t>(feature.size()); }
};

/// How one feature's values become bins 0..count-1.
struct FeatureBins {
  bool is_categorical = false;
  std::vector<float> upper;            ///< numeric: bin b >= 1 holds upper[b-2] < x <= upper[b-1]; the last is +inf
  std::vector<std::int32_t> category;  ///< categorical: dictionary code of bin 1, 2, ...; others are missing (bin 0)
  std::int32_t count = 1;              ///< bins, the missing one included; at most 256
};

}  // namespace tidemill::kernels
