#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "kernels/trees/ensemble.hpp"

namespace tidemill::tests {

using kernels::TreeEnsemble;

/// A random tree of `depth` levels on few features, so that paths meet the same feature again.
inline TreeEnsemble random_tree(int depth, std::int32_t features, unsigned seed) {
  TreeEnsemble tree;
  std::mt19937 engine(seed);
  auto const add = [&](std::int64_t cover) {
    tree.feature.push_back(-1);
    tree.threshold.push_back(0);
    tree.missing_left.push_back(static_cast<std::int8_t>(engine() % 2));
    tree.is_categorical.push_back(0);
    tree.left.push_back(-1);
    tree.right.push_back(-1);
    tree.value.push_back(static_cast<double>(engine() % 1000) / 100 - 5);
    tree.gain.push_back(0);
    tree.cover.push_back(cover);
    return static_cast<std::int32_t>(tree.feature.size() - 1);
  };
  std::vector<std::pair<std::int32_t, int>> open{{add(1000), 0}};
  while (!open.empty()) {
    auto const [node, level] = open.back();
    open.pop_back();
    auto const i = static_cast<std::size_t>(node);
    if (level == depth || tree.cover[i] < 4 || (level > 1 && engine() % 5 == 0)) continue;
    tree.feature[i] = static_cast<std::int32_t>(engine() % static_cast<unsigned>(features));
    tree.is_categorical[i] = engine() % 3 == 0;
    if (tree.is_categorical[i] != 0) {
      tree.threshold[i] = static_cast<std::int32_t>(tree.sets.size() / 4);
      for (int word = 0; word < 4; ++word) tree.sets.push_back(static_cast<std::uint64_t>(engine()) << 32 | engine());
    } else {
      tree.threshold[i] = static_cast<std::int32_t>(engine() % 254 + 1);
    }
    std::int64_t const left = 1 + static_cast<std::int64_t>(engine() % static_cast<unsigned>(tree.cover[i] - 1));
    std::int64_t const right = tree.cover[i] - left;
    tree.left[i] = add(left);
    tree.right[i] = add(right);
    open.emplace_back(tree.left[i], level + 1);
    open.emplace_back(tree.right[i], level + 1);
  }
  tree.tree_start.push_back(tree.nodes());
  return tree;
}

/// Adds the only tree of `one` to the trees of `all`.
inline void append_tree(TreeEnsemble& all, TreeEnsemble const& one) {
  auto const base = static_cast<std::int32_t>(all.nodes());
  auto const sets = static_cast<std::int32_t>(all.sets.size() / 4);
  for (std::size_t i = 0; i < one.feature.size(); ++i) {
    bool const is_leaf = one.feature[i] < 0;
    all.feature.push_back(one.feature[i]);
    all.threshold.push_back(one.threshold[i] + (one.is_categorical[i] != 0 ? sets : 0));
    all.missing_left.push_back(one.missing_left[i]);
    all.is_categorical.push_back(one.is_categorical[i]);
    all.left.push_back(is_leaf ? -1 : one.left[i] + base);
    all.right.push_back(is_leaf ? -1 : one.right[i] + base);
    all.value.push_back(one.value[i]);
    all.gain.push_back(one.gain[i]);
    all.cover.push_back(one.cover[i]);
  }
  all.sets.insert(all.sets.end(), one.sets.begin(), one.sets.end());
  all.tree_start.push_back(all.nodes());
}

/// Leaf of one row, step by step.
inline std::int64_t leaf_of(TreeEnsemble const& all, std::int64_t tree, std::uint8_t const* bins) {
  auto at = static_cast<std::size_t>(all.tree_start[static_cast<std::size_t>(tree)]);
  while (all.feature[at] >= 0) {
    std::uint8_t const bin = bins[all.feature[at]];
    auto const set = static_cast<std::size_t>(all.threshold[at]) * 4;
    bool left =
        all.is_categorical[at] != 0 ? (all.sets[set + (bin >> 6)] >> (bin & 63) & 1) != 0 : bin <= all.threshold[at];
    if (bin == 0) left = all.missing_left[at] != 0;
    at = static_cast<std::size_t>(left ? all.left[at] : all.right[at]);
  }
  return static_cast<std::int64_t>(at);
}

}  // namespace tidemill::tests
