#include "kernels/trees/split_feature.hpp"

#include <algorithm>
#include <cmath>

namespace tidemill::kernels {

NodeSums sums_of_bin(HistogramView const& h, std::int64_t block_start, std::int32_t lane, std::int32_t bin) {
  std::int64_t const at = block_start + std::int64_t{bin} * BinnedRows::block + lane;
  NodeSums sums;
  if (!h.is_wide) {
    std::int64_t const cell = h.cells[at];
    sums = {h.layout.gradient(cell), h.layout.hessian(cell), h.layout.count(cell)};
  } else {
    sums.gradient = h.cells[at];
    if (h.layout.has_hessian()) sums.hessian = h.cells[h.plane + at];
    if (h.layout.has_count()) sums.count = h.cells[(h.layout.planes() - 1) * h.plane + at];
  }
  if (!h.layout.has_hessian()) sums.hessian = sums.count;
  return sums;
}

std::vector<NodeSums> sums_of_feature(HistogramView const& histogram, SplitFeatures const& features,
                                      std::int32_t feature) {
  std::int32_t const lane = feature % BinnedRows::block;
  std::int64_t const start = features.block_start[static_cast<std::size_t>(feature / BinnedRows::block)];
  std::vector<NodeSums> sums;
  for (std::int32_t bin = 0; bin < features.bins[static_cast<std::size_t>(feature)]; ++bin) {
    sums.push_back(sums_of_bin(histogram, start, lane, bin));
  }
  return sums;
}

double leaf_value(double gradient, double hessian, double l1, double l2, NodeBounds const& bounds) {
  double const shrunk = gradient > l1 ? gradient - l1 : gradient < -l1 ? gradient + l1 : 0.0;
  double const denominator = hessian + l2;
  double const value = denominator > 0 ? -shrunk / denominator : 0.0;
  return std::min(std::max(value, bounds.lower), bounds.upper);
}

namespace {

double value_of(NodeSums const& sums, SplitRules const& rules, double l2, NodeBounds const& bounds) {
  return leaf_value(static_cast<double>(sums.gradient) * rules.gradient_unit,
                    static_cast<double>(sums.hessian) * rules.hessian_unit, rules.l1, l2, bounds);
}

double score_at(NodeSums const& sums, SplitRules const& rules, double l2, double value) {
  double const gradient = static_cast<double>(sums.gradient) * rules.gradient_unit;
  double const hessian = static_cast<double>(sums.hessian) * rules.hessian_unit;
  return -(2 * gradient * value + (hessian + l2) * value * value + 2 * rules.l1 * std::abs(value));
}

}  // namespace

double leaf_score(NodeSums const& sums, SplitRules const& rules, double l2, NodeBounds const& bounds) {
  return score_at(sums, rules, l2, value_of(sums, rules, l2, bounds));
}

bool is_allowed(NodeView const& node, SplitRules const& rules, NodeSums const& left) {
  NodeSums const right = node.sums - left;
  if (left.hessian < rules.min_hessian || right.hessian < rules.min_hessian) return false;
  return !node.counts_rows || (left.count >= rules.min_rows && right.count >= rules.min_rows);
}

void scan_numeric(std::vector<NodeSums> const& bins, NodeView const& node, SplitRules const& rules,
                  std::int32_t feature, std::int8_t monotone, double node_score, Split& best) {
  NodeSums const missing = bins[0];
  bool const any_missing = missing.gradient != 0 || missing.hessian != 0 || missing.count != 0;
  for (std::int8_t missing_left = 0; missing_left < (any_missing ? 2 : 1); ++missing_left) {
    NodeSums left = missing_left != 0 ? missing : NodeSums{};
    for (std::size_t bin = 1; bin < bins.size(); ++bin) {
      left = left + bins[bin];
      if (!is_allowed(node, rules, left)) continue;
      NodeSums const right = node.sums - left;
      double const left_value = value_of(left, rules, rules.l2, node.bounds);
      double const right_value = value_of(right, rules, rules.l2, node.bounds);
      if (monotone * (left_value - right_value) > 0) continue;
      double const gain =
          score_at(left, rules, rules.l2, left_value) + score_at(right, rules, rules.l2, right_value) - node_score;
      if (gain > best.gain) {
        best = {gain, feature, static_cast<std::int32_t>(bin), missing_left, 0, left, {}};
      }
    }
  }
}

namespace {

void insert(Split& split, std::int32_t bin) {
  split.set[static_cast<std::size_t>(bin >> 6)] |= std::uint64_t{1} << (bin & 63);
}

void scan_one_against_rest(std::vector<NodeSums> const& bins, NodeView const& node, SplitRules const& rules,
                           std::int32_t feature, double node_score, Split& best) {
  for (std::size_t bin = 1; bin < bins.size(); ++bin) {
    if (!is_allowed(node, rules, bins[bin])) continue;
    double const gain = leaf_score(bins[bin], rules, rules.l2, node.bounds) +
                        leaf_score(node.sums - bins[bin], rules, rules.l2, node.bounds) - node_score;
    if (gain > best.gain) {
      best = {gain, feature, 0, 0, 1, bins[bin], {}};
      insert(best, static_cast<std::int32_t>(bin));
    }
  }
}

}  // namespace

void scan_categories(std::vector<NodeSums> const& bins, NodeView const& node, SplitRules const& rules,
                     std::int32_t feature, double node_score, Split& best) {
  auto const categories = static_cast<std::int32_t>(bins.size()) - 1;
  if (categories <= rules.one_hot_categories) {
    return scan_one_against_rest(bins, node, rules, feature, node_score, best);
  }
  std::vector<std::pair<double, std::int32_t>> order;
  for (std::int32_t bin = 1; bin <= categories; ++bin) {
    NodeSums const& sums = bins[static_cast<std::size_t>(bin)];
    double const hessian = static_cast<double>(sums.hessian) * rules.hessian_unit;
    // Categories with less than the smoothing say too little to be ordered; they stay with the rest.
    if (sums.hessian == 0 || (node.counts_rows ? static_cast<double>(sums.count) : hessian) < rules.category_smoothing)
      continue;
    order.emplace_back(static_cast<double>(sums.gradient) * rules.gradient_unit / (hessian + rules.category_smoothing),
                       bin);
  }
  std::sort(order.begin(), order.end());
  double const l2 = rules.l2 + rules.category_l2;
  auto const longest =
      std::min<std::size_t>(static_cast<std::size_t>(rules.max_category_threshold), (order.size() + 1) / 2);
  for (bool const ascending : {true, false}) {
    NodeSums left;
    std::size_t best_length = 0;
    for (std::size_t length = 1; length <= longest; ++length) {
      left = left + bins[static_cast<std::size_t>(order[ascending ? length - 1 : order.size() - length].second)];
      if (!is_allowed(node, rules, left)) continue;
      double const gain =
          leaf_score(left, rules, l2, node.bounds) + leaf_score(node.sums - left, rules, l2, node.bounds) - node_score;
      if (gain > best.gain) {
        best = {gain, feature, 0, 0, 1, left, {}};
        best_length = length;
      }
    }
    for (std::size_t i = 0; i < best_length; ++i) {
      insert(best, order[ascending ? i : order.size() - 1 - i].second);
    }
  }
}

}  // namespace tidemill::kernels
