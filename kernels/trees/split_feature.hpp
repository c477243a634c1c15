#pragma once

#include <cstdint>
#include <vector>

#include "kernels/trees/split.hpp"

namespace tidemill::kernels {

/// A bin's sums, decoded. Without a hessian field the count stands in for it.
NodeSums sums_of_bin(HistogramView const& histogram, std::int64_t block_start, std::int32_t lane, std::int32_t bin);

/// All bins of one feature.
std::vector<NodeSums> sums_of_feature(HistogramView const& histogram, SplitFeatures const& features,
                                      std::int32_t feature);

inline NodeSums operator+(NodeSums a, NodeSums const& b) {
  a.gradient += b.gradient;
  a.hessian += b.hessian;
  a.count += b.count;
  return a;
}
inline NodeSums operator-(NodeSums a, NodeSums const& b) {
  a.gradient -= b.gradient;
  a.hessian -= b.hessian;
  a.count -= b.count;
  return a;
}

/// What a node looks like to the scans of single features.
struct NodeView {
  NodeSums sums;
  NodeBounds bounds;
  bool counts_rows = false;
};

bool is_allowed(NodeView const& node, SplitRules const& rules, NodeSums const& left);

/// -(2 G w + (H + l2) w^2 + 2 l1 |w|) at the best w inside the bounds: twice the loss that a leaf takes away.
double leaf_score(NodeSums const& sums, SplitRules const& rules, double l2, NodeBounds const& bounds);

/// Thresholds of one numeric feature, with l1, bounds and monotone constraints. Replaces `best` by anything better.
void scan_numeric(std::vector<NodeSums> const& bins, NodeView const& node, SplitRules const& rules,
                  std::int32_t feature, std::int8_t monotone, double node_score, Split& best);

/// Category sets of one feature: one against the rest for few categories, otherwise runs from either end of the
/// categories ordered by G / (H + category_smoothing) (Fisher 1958; as LightGBM does).
void scan_categories(std::vector<NodeSums> const& bins, NodeView const& node, SplitRules const& rules,
                     std::int32_t feature, double node_score, Split& best);

}  // namespace tidemill::kernels
