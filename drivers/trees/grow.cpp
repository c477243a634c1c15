#include "drivers/trees/grow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

#include "drivers/trees/column_sample.hpp"
#include "kernels/trees/partition.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::size_t padding = 64;  // vector code reads and writes past the last row

/// A node that strict growth may split next.
struct Candidate {
  std::int32_t order;  ///< position in the strict order of creation
  std::int32_t work;
  std::int32_t depth;
  double gain;
};

/// True when `b` is to be split before `a`.
struct ComesLater {
  Growth growth;
  bool operator()(Candidate const& a, Candidate const& b) const {
    if (growth == Growth::level_wise && a.depth != b.depth) return a.depth > b.depth;
    return a.gain != b.gain ? a.gain < b.gain : a.order > b.order;
  }
};

kernels::BinSet bins_going_left(kernels::Split const& split, std::int32_t bins) {
  kernels::BinSet set;
  if (split.missing_left != 0) set.insert(0);
  for (std::int32_t bin = 1; bin < bins; ++bin) {
    bool const left = split.is_categorical != 0 ? (split.set[static_cast<std::size_t>(bin >> 6)] >> (bin & 63) & 1) != 0
                                                : bin <= split.bin;
    if (left) set.insert(bin);
  }
  return set;
}

}  // namespace

TreeGrower::TreeGrower(io::Comm const& comm, kernels::Exec const& exec, kernels::BinnedRows const& rows,
                       kernels::SplitFeatures features, TreeParams const& params)
    : comm_(comm),
      exec_(exec),
      rows_(rows),
      features_(std::move(features)),
      params_(params),
      histograms_(comm, exec, rows),
      index_("trees::row_index", static_cast<std::size_t>(rows.rows) + padding),
      scratch_("trees::row_scratch", static_cast<std::size_t>(rows.rows) + padding) {}

kernels::NodeRows TreeGrower::rows_of(GrownNode const& node) const {
  bool const is_whole_tree = work_.size() == 1;
  return {index_, node.first, node.count, task_.is_all && is_whole_tree};
}

std::vector<GrownNode> TreeGrower::grow(GrowthTask const& task) {
  task_ = task;
  start();
  auto const max_leaves =
      params_.max_leaves > 0 ? std::int64_t{params_.max_leaves} : std::numeric_limits<std::int64_t>::max();
  std::vector<GrownNode> tree{work_[0].node};
  std::vector<std::int32_t> work_of{0};
  std::vector<Candidate> frontier;  // a heap
  ComesLater const later{params_.growth};
  auto const push = [&](std::int32_t order) {
    GrownNode const& node = tree[static_cast<std::size_t>(order)];
    if (!node.split.exists()) return;
    frontier.push_back({order, work_of[static_cast<std::size_t>(order)], node.depth, node.split.gain});
    std::push_heap(frontier.begin(), frontier.end(), later);
  };
  push(0);
  for (std::int64_t leaves = 1; leaves < max_leaves && !frontier.empty();) {
    std::int32_t const next = frontier.front().work;
    if (!work_[static_cast<std::size_t>(next)].is_expanded()) {
      std::int64_t const leaves_left = max_leaves - leaves;
      std::vector<Candidate> order = frontier;
      std::sort(order.begin(), order.end(), [&](Candidate const& a, Candidate const& b) { return later(b, a); });
      std::vector<std::int32_t> batch;
      for (Candidate const& candidate : order) {
        if (batch.size() == batch_size(leaves_left)) break;
        if (!work_[static_cast<std::size_t>(candidate.work)].is_expanded()) batch.push_back(candidate.work);
      }
      expand(batch, leaves_left > 1);
    }
    std::pop_heap(frontier.begin(), frontier.end(), later);
    std::int32_t const parent = frontier.back().order;
    frontier.pop_back();
    for (std::int32_t const child :
         {work_[static_cast<std::size_t>(next)].left, work_[static_cast<std::size_t>(next)].right}) {
      auto const order = static_cast<std::int32_t>(tree.size());
      GrownNode& above = tree[static_cast<std::size_t>(parent)];
      (above.left < 0 ? above.left : above.right) = order;
      tree.push_back(work_[static_cast<std::size_t>(child)].node);
      work_of.push_back(child);
      push(order);
    }
    ++leaves;
  }
  for (Work& work : work_) histograms_.recycle(work.histogram);
  return tree;
}

std::size_t TreeGrower::batch_size(std::int64_t leaves_left) const {
  // One rank waits for nobody, so it does no work in advance. Several ranks expand the best half of what is sure to be
  // split if no new node overtakes it: few nodes are expanded in vain, and a tree takes a dozen synchronisations.
  if (comm_.size() == 1) return 1;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(leaves_left / 2, 1, 64));
}

void TreeGrower::start() {
  work_.clear();
  tree_features_ = sample_features(params_, rows_.features, task_.tree);
  Work& root = work_.emplace_back();
  root.node.count = task_.rows;
  root.node.sums = task_.sums;
  if (!can_split(root.node)) return;
  kernels::NodeRows const rows{index_, 0, task_.rows, task_.is_all};
  root.histogram = histograms_.build(task_.quantised, {rows}, {root.node.sums.count}, task_.layout)[0];
  search({0});
}

bool TreeGrower::can_split(GrownNode const& node) const {
  bool const deep_enough = params_.max_depth > 0 && node.depth >= params_.max_depth;
  return !deep_enough && node.sums.count >= 2 * std::max<std::int64_t>(task_.rules.min_rows, 1) &&
         node.sums.hessian >= 2 * task_.rules.min_hessian;
}

void TreeGrower::expand(std::vector<std::int32_t> const& batch, bool search_children) {
  split_rows(batch);
  if (search_children) {
    search(make_histograms(batch));
  } else {
    for (std::int32_t const parent : batch) histograms_.recycle(work_[static_cast<std::size_t>(parent)].histogram);
  }
}

void TreeGrower::split_rows(std::vector<std::int32_t> const& batch) {
  std::vector<std::int64_t> left_rows;
  std::vector<std::int64_t> left_totals;
  for (std::int32_t const parent : batch) {
    GrownNode const& node = work_[static_cast<std::size_t>(parent)].node;
    kernels::BinSet const left = bins_going_left(node.split, rows_.bins[static_cast<std::size_t>(node.split.feature)]);
    bool const is_root = parent == 0 && task_.is_all;
    left_rows.push_back(kernels::partition_rows(exec_, rows_, node.split.feature, left, index_, node.first, node.count,
                                                is_root, scratch_));
    left_totals.push_back(task_.layout.has_count() ? node.split.left.count : left_rows.back());
  }
  if (!task_.layout.has_count()) comm_.sum(std::span(left_totals));
  for (std::size_t i = 0; i < batch.size(); ++i) add_children(batch[i], left_rows[i], left_totals[i]);
}

void TreeGrower::add_children(std::int32_t parent, std::int64_t left_rows, std::int64_t left_total) {
  GrownNode const node = work_[static_cast<std::size_t>(parent)].node;
  Work left;
  Work right;
  left.node.depth = right.node.depth = node.depth + 1;
  left.node.first = node.first;
  left.node.count = left_rows;
  right.node.first = node.first + left_rows;
  right.node.count = node.count - left_rows;
  left.node.path = node.path * 0x9E3779B97F4A7C15u + 1;
  right.node.path = node.path * 0x9E3779B97F4A7C15u + 2;
  left.node.sums = node.split.left;
  left.node.sums.count = left_total;
  right.node.sums = {node.sums.gradient - left.node.sums.gradient, node.sums.hessian - left.node.sums.hessian,
                     node.sums.count - left_total};
  left.node.bounds = right.node.bounds = node.bounds;
  std::int8_t const monotone =
      features_.monotone.empty() ? std::int8_t{0} : features_.monotone[static_cast<std::size_t>(node.split.feature)];
  if (monotone != 0) {
    auto const value = [&](kernels::NodeSums const& sums) {
      return kernels::leaf_value(static_cast<double>(sums.gradient) * task_.rules.gradient_unit,
                                 static_cast<double>(sums.hessian) * task_.rules.hessian_unit, task_.rules.l1,
                                 task_.rules.l2, node.bounds);
    };
    double const middle = (value(left.node.sums) + value(right.node.sums)) / 2;
    (monotone > 0 ? left : right).node.bounds.upper = middle;
    (monotone > 0 ? right : left).node.bounds.lower = middle;
  }
  auto const position = static_cast<std::int32_t>(work_.size());
  work_[static_cast<std::size_t>(parent)].left = position;
  work_[static_cast<std::size_t>(parent)].right = position + 1;
  work_.push_back(std::move(left));
  work_.push_back(std::move(right));
}

std::vector<std::int32_t> TreeGrower::make_histograms(std::vector<std::int32_t> const& batch) {
  std::vector<std::int32_t> parents;
  std::vector<std::int32_t> smaller;
  std::vector<kernels::NodeRows> rows;
  std::vector<std::int64_t> totals;
  auto const node_of = [&](std::int32_t i) -> GrownNode& { return work_[static_cast<std::size_t>(i)].node; };
  auto const histogram_of = [&](std::int32_t i) -> NodeHistogram& {
    return work_[static_cast<std::size_t>(i)].histogram;
  };
  for (std::int32_t const parent : batch) {
    Work const& work = work_[static_cast<std::size_t>(parent)];
    if (!can_split(node_of(work.left)) && !can_split(node_of(work.right))) {
      histograms_.recycle(histogram_of(parent));
      continue;
    }
    bool const left_is_smaller = node_of(work.left).sums.count <= node_of(work.right).sums.count;
    parents.push_back(parent);
    smaller.push_back(left_is_smaller ? work.left : work.right);
    rows.push_back({index_, node_of(smaller.back()).first, node_of(smaller.back()).count, false});
    totals.push_back(node_of(smaller.back()).sums.count);
  }
  std::vector<std::int32_t> searched;
  if (parents.empty()) return searched;
  std::vector<NodeHistogram> built = histograms_.build(task_.quantised, rows, totals, task_.layout);
  for (std::size_t i = 0; i < parents.size(); ++i) {
    Work& parent = work_[static_cast<std::size_t>(parents[i])];
    std::int32_t const larger = smaller[i] == parent.left ? parent.right : parent.left;
    if (can_split(node_of(larger))) {
      histogram_of(larger) =
          histograms_.subtract(std::move(parent.histogram), built[i], node_of(larger).sums.count, task_.layout);
      parent.histogram = {};
      searched.push_back(larger);
    }
    histograms_.recycle(parent.histogram);
    if (can_split(node_of(smaller[i]))) {
      histogram_of(smaller[i]) = std::move(built[i]);
      searched.push_back(smaller[i]);
    } else {
      histograms_.recycle(built[i]);
    }
  }
  return searched;
}

void TreeGrower::search(std::vector<std::int32_t> const& nodes) {
  if (nodes.empty()) return;
  std::vector<kernels::Split> mine;
  for (std::int32_t const i : nodes) {
    Work const& work = work_[static_cast<std::size_t>(i)];
    mine.push_back(kernels::find_best_split(
        histograms_.view(work.histogram, task_.layout), features_, histograms_.first_block(), histograms_.last_block(),
        sample_features_of_node(params_, tree_features_, task_.tree, work.node.path), work.node.sums, work.node.bounds,
        task_.rules));
  }
  std::vector<kernels::Split> const all =
      comm_.size() == 1 ? mine : comm_.gather_all(std::span<kernels::Split const>(mine));
  for (std::size_t at = 0; at < all.size(); ++at) {
    kernels::Split& best = work_[static_cast<std::size_t>(nodes[at % nodes.size()])].node.split;
    if (all[at].is_better_than(best)) best = all[at];
  }
}

}  // namespace tidemill::drivers
