#include "drivers/trees/append_tree.hpp"

namespace tidemill::drivers {

void append_tree(kernels::TreeEnsemble& ensemble, std::vector<GrownNode> const& tree,
                 std::vector<double> const& values) {
  auto const base = static_cast<std::int32_t>(ensemble.nodes());
  for (std::size_t i = 0; i < tree.size(); ++i) {
    GrownNode const& node = tree[i];
    bool const is_leaf = node.is_leaf();
    std::int32_t threshold = is_leaf ? 0 : node.split.bin;
    if (!is_leaf && node.split.is_categorical != 0) {
      threshold = static_cast<std::int32_t>(ensemble.sets.size() / 4);
      ensemble.sets.insert(ensemble.sets.end(), node.split.set.begin(), node.split.set.end());
    }
    ensemble.feature.push_back(is_leaf ? -1 : node.split.feature);
    ensemble.threshold.push_back(threshold);
    ensemble.missing_left.push_back(is_leaf ? std::int8_t{0} : node.split.missing_left);
    ensemble.is_categorical.push_back(is_leaf ? std::int8_t{0} : node.split.is_categorical);
    ensemble.left.push_back(is_leaf ? -1 : base + node.left);
    ensemble.right.push_back(is_leaf ? -1 : base + node.right);
    ensemble.value.push_back(is_leaf ? values[i] : 0.0);
    ensemble.gain.push_back(is_leaf ? 0.0 : node.split.gain);
    ensemble.cover.push_back(node.sums.count);
  }
  ensemble.tree_start.push_back(ensemble.nodes());
}

void truncate(kernels::TreeEnsemble& ensemble, std::int64_t trees) {
  ensemble.tree_start.resize(static_cast<std::size_t>(trees) + 1);
  auto const nodes = static_cast<std::size_t>(ensemble.tree_start.back());
  std::size_t sets = 0;
  for (std::size_t i = 0; i < nodes; ++i) sets += ensemble.is_categorical[i] != 0 ? 4 : 0;
  ensemble.feature.resize(nodes);
  ensemble.threshold.resize(nodes);
  ensemble.missing_left.resize(nodes);
  ensemble.is_categorical.resize(nodes);
  ensemble.left.resize(nodes);
  ensemble.right.resize(nodes);
  ensemble.value.resize(nodes);
  ensemble.gain.resize(nodes);
  ensemble.cover.resize(nodes);
  ensemble.sets.resize(sets);
}

}  // namespace tidemill::drivers
