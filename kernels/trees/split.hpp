#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/trees/histogram.hpp"

namespace tidemill::kernels {

/// Integer sums of a node over all ranks. `count` is -1 where the layout does not count rows.
struct NodeSums {
  std::int64_t gradient = 0;
  std::int64_t hessian = 0;
  std::int64_t count = 0;
};

/// The values a node's leaves may take (monotone constraints).
struct NodeBounds {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
};

/// The best split of a node. Plain data: it travels between ranks.
struct Split {
  double gain = 0;  ///< 0: none
  std::int32_t feature = -1;
  std::int32_t bin = 0;  ///< numeric: bins 1 .. bin go left
  std::int8_t missing_left = 0;
  std::int8_t is_categorical = 0;
  NodeSums left;
  std::array<std::uint64_t, 4> set{};  ///< categorical: bins that go left

  bool exists() const { return gain > 0; }
  /// Larger gain first; equal gains: the smaller feature.
  bool is_better_than(Split const& other) const {
    if (feature < 0 || other.feature < 0) return feature >= 0;
    return gain != other.gain ? gain > other.gain : feature < other.feature;
  }
};

/// What makes a split good and allowed.
struct SplitRules {
  double l1 = 0;
  double l2 = 0;
  double min_gain = 0;
  std::int64_t min_rows = 1;
  std::int64_t min_hessian = 1;  ///< in hessian units
  double gradient_unit = 1;      ///< gradient of one integer step; a power of two
  double hessian_unit = 1;
  double category_smoothing = 10;
  double category_l2 = 10;
  std::int32_t one_hot_categories = 4;
  std::int32_t max_category_threshold = 32;
};

/// Host memory: a node's histogram as build_histogram made it, summed over ranks.
struct HistogramView {
  std::int64_t const* cells = nullptr;
  std::int64_t plane = 0;  ///< cells per plane of a wide histogram
  bool is_wide = false;
  CellLayout layout;
};

/// Which features a node may split on, and how.
struct SplitFeatures {
  std::vector<std::int32_t> bins;         ///< per feature
  std::vector<std::int64_t> block_start;  ///< as in BinnedRows
  std::vector<std::int8_t> is_categorical;
  std::vector<std::int8_t> monotone;  ///< empty: none
};

/// Value of a leaf with these sums: -soft(G, l1) / (H + l2), inside the bounds. G and H in real units.
double leaf_value(double gradient, double hessian, double l1, double l2, NodeBounds const& bounds);

/// Best split among the features of blocks first_block .. last_block - 1 that `allowed` names (empty: all).
/// Gain = S(left) + S(right) - S(node), S(G, H) = G^2 / (H + l2) (Chen & Guestrin 2016, without the half). Ties go to
/// the smaller feature, then the smaller bin, then missing right.
Split find_best_split(HistogramView const& histogram, SplitFeatures const& features, std::int32_t first_block,
                      std::int32_t last_block, std::vector<std::int8_t> const& allowed, NodeSums const& node,
                      NodeBounds const& bounds, SplitRules const& rules);

/// parent -= child, cell by cell; afterwards the parent's array holds the other child.
void subtract_packed(std::int64_t* parent, std::int64_t const* child, std::int64_t cells);
/// The same when the parent is wide and the child packed.
void subtract_packed_from_wide(std::int64_t* parent, std::int64_t const* child, std::int64_t cells,
                               CellLayout const& layout);
/// A wide histogram of few enough rows as a packed one.
void pack(std::int64_t const* wide, std::int64_t cells, CellLayout const& layout, std::int64_t* packed);

}  // namespace tidemill::kernels
