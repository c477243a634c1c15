#include "kernels/trees/split.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/trees/partition.hpp"
#include "kernels/trees/split_feature.hpp"
#include "kernels/trees/split_scan.hpp"

namespace tidemill::kernels {
namespace {

bool is_bounded(NodeBounds const& bounds) { return !std::isinf(bounds.lower) || !std::isinf(bounds.upper); }

/// One search: what stays the same over the blocks.
struct Search {
  HistogramView const& histogram;
  SplitFeatures const& features;
  std::vector<std::int8_t> const& allowed;
  NodeView node;
  SplitRules rules;
  double node_score;

  bool may_use(std::int32_t feature) const {
    return feature < static_cast<std::int32_t>(features.bins.size()) &&
           (allowed.empty() || allowed[static_cast<std::size_t>(feature)] != 0) &&
           features.bins[static_cast<std::size_t>(feature)] > 1;
  }
  bool is_categorical(std::int32_t feature) const {
    return features.is_categorical[static_cast<std::size_t>(feature)] != 0;
  }
  std::int8_t monotone(std::int32_t feature) const {
    return features.monotone.empty() ? std::int8_t{0} : features.monotone[static_cast<std::size_t>(feature)];
  }

  /// Vector scan of the numeric features of a block; only thresholds, no left sums yet.
  void scan_plain(std::int32_t block, Split& best) const {
    auto const b = static_cast<std::size_t>(block);
    std::int64_t const cells = features.block_start[b + 1] - features.block_start[b];
    BlockScan const scan{histogram, features.block_start[b], static_cast<std::int32_t>(cells / BinnedRows::block),
                         node.sums, rules};
    LaneBest lanes;
    host::has_avx512() ? scan_block_avx512(scan, lanes) : scan_block_portable(scan, lanes);
    for (std::int32_t lane = 0; lane < BinnedRows::block; ++lane) {
      std::int32_t const feature = block * BinnedRows::block + lane;
      double const gain = lanes.score[lane] - node_score;
      if (!may_use(feature) || is_categorical(feature) || !(gain > best.gain)) continue;
      best = {gain,
              feature,
              static_cast<std::int32_t>(lanes.bin[lane]),
              static_cast<std::int8_t>(lanes.missing_left[lane]),
              0,
              {},
              {}};
    }
  }

  void fill_left_sums(Split& best) const {
    std::vector<NodeSums> const bins = sums_of_feature(histogram, features, best.feature);
    best.left = best.missing_left != 0 ? bins[0] : NodeSums{};
    for (std::int32_t bin = 1; bin <= best.bin; ++bin) best.left = best.left + bins[static_cast<std::size_t>(bin)];
  }
};

}  // namespace

Split find_best_split(HistogramView const& histogram, SplitFeatures const& features, std::int32_t first_block,
                      std::int32_t last_block, std::vector<std::int8_t> const& allowed, NodeSums const& node,
                      NodeBounds const& bounds, SplitRules const& rules) {
  bool const is_plain = rules.l1 == 0 && features.monotone.empty() && !is_bounded(bounds);
  double const gradient = static_cast<double>(node.gradient) * rules.gradient_unit;
  double const hessian = static_cast<double>(node.hessian) * rules.hessian_unit + rules.l2;
  NodeView const view{node, bounds, histogram.layout.has_count()};
  double const node_score = is_plain ? gradient * gradient / hessian : leaf_score(node, rules, rules.l2, bounds);
  Search const search{histogram, features, allowed, view, rules, node_score};
  Split nothing;
  nothing.gain = std::max(0.0, rules.min_gain);
  Split best = nothing;
  auto const take = [&](Split const& other) {
    if (other.feature >= 0 && other.is_better_than(best)) best = other;
  };
  for (std::int32_t block = first_block; block < last_block; ++block) {
    Split plain = nothing;
    if (is_plain) search.scan_plain(block, plain);
    take(plain);
    for (std::int32_t lane = 0; lane < BinnedRows::block; ++lane) {
      std::int32_t const feature = block * BinnedRows::block + lane;
      if (!search.may_use(feature) || (is_plain && !search.is_categorical(feature))) continue;
      std::vector<NodeSums> const bins = sums_of_feature(histogram, features, feature);
      Split other = nothing;
      if (search.is_categorical(feature)) {
        scan_categories(bins, view, rules, feature, node_score, other);
      } else {
        scan_numeric(bins, view, rules, feature, search.monotone(feature), node_score, other);
      }
      take(other);
    }
  }
  if (best.feature >= 0 && best.is_categorical == 0) search.fill_left_sums(best);
  if (best.feature < 0) best.gain = 0;
  if (best.feature >= 0 && !histogram.layout.has_count()) best.left.count = -1;
  return best;
}

void subtract_packed(std::int64_t* parent, std::int64_t const* child, std::int64_t cells) {
  for (std::int64_t i = 0; i < cells; ++i) parent[i] -= child[i];
}

void subtract_packed_from_wide(std::int64_t* parent, std::int64_t const* child, std::int64_t cells,
                               CellLayout const& layout) {
  std::int64_t* const counts = parent + (layout.planes() - 1) * cells;
  for (std::int64_t i = 0; i < cells; ++i) {
    parent[i] -= layout.gradient(child[i]);
    if (layout.has_hessian()) parent[cells + i] -= layout.hessian(child[i]);
    if (layout.has_count()) counts[i] -= layout.count(child[i]);
  }
}

void pack(std::int64_t const* wide, std::int64_t cells, CellLayout const& layout, std::int64_t* packed) {
  std::int64_t const* const counts = wide + (layout.planes() - 1) * cells;
  for (std::int64_t i = 0; i < cells; ++i) {
    std::int64_t cell = wide[i] * (std::int64_t{1} << layout.gradient_shift);
    if (layout.has_hessian()) cell += wide[cells + i] << layout.hessian_shift;
    if (layout.has_count()) cell += counts[i];
    packed[i] = cell;
  }
}

}  // namespace tidemill::kernels
