#include "kernels/trees/score_rows.hpp"

#include <algorithm>
#include <stdexcept>

namespace tidemill::kernels {
namespace {

struct Placed {
  std::int32_t node;  ///< in the ensemble
  std::int32_t level;
};

void lay_out_tree(TreeEnsemble const& ensemble, std::size_t tree, std::span<double const> value, ScoringTrees& out) {
  auto const start = static_cast<std::int32_t>(ensemble.tree_start[tree]);
  auto const base = static_cast<std::int32_t>(out.child.size());
  std::vector<Placed> placed{{start, 0}};
  for (std::size_t at = 0; at < placed.size(); ++at) {
    auto const node = static_cast<std::size_t>(placed[at].node);
    bool const is_leaf = ensemble.feature[node] < 0;
    std::uint32_t word = 255;
    std::int32_t child = static_cast<std::int32_t>(at), set = 0;
    if (!is_leaf) {
      child = static_cast<std::int32_t>(placed.size());
      placed.push_back({ensemble.left[node], placed[at].level + 1});
      placed.push_back({ensemble.right[node], placed[at].level + 1});
      word = static_cast<std::uint32_t>(ensemble.feature[node]) << ScoringTrees::feature_shift;
      if (ensemble.missing_left[node] == 0) word |= ScoringTrees::missing_right;
      if (ensemble.is_categorical[node] != 0) {
        word |= ScoringTrees::categorical;
        out.has_categories = true;
        set = static_cast<std::int32_t>(out.sets.size());
        auto const from = static_cast<std::size_t>(ensemble.threshold[node]) * 4;
        for (std::size_t w = from; w < from + 4; ++w) {
          out.sets.push_back(static_cast<std::uint32_t>(ensemble.sets[w]));
          out.sets.push_back(static_cast<std::uint32_t>(ensemble.sets[w] >> 32));
        }
      } else {
        word |= static_cast<std::uint32_t>(std::clamp(ensemble.threshold[node], 0, 255));
      }
    }
    out.word.push_back(word);
    out.child.push_back(child);
    out.set.push_back(set);
    auto const width = static_cast<std::size_t>(out.values_per_leaf);
    out.value.insert(out.value.end(), value.begin() + static_cast<std::ptrdiff_t>(node * width),
                     value.begin() + static_cast<std::ptrdiff_t>((node + 1) * width));
  }
  out.root.push_back(base);
  out.depth.push_back(placed.back().level);
  out.output.push_back(static_cast<std::int32_t>(tree) % ensemble.outputs);
}

bool has_avx512() {
  static bool const has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return has;
}

}  // namespace

ScoringTrees lay_out_for_scoring(TreeEnsemble const& ensemble, std::span<double const> value,
                                 std::int32_t values_per_leaf) {
  ScoringTrees trees;
  trees.values_per_leaf = values_per_leaf;
  trees.outputs = values_per_leaf > 1 ? values_per_leaf : ensemble.outputs;
  for (std::size_t t = 0; t < static_cast<std::size_t>(ensemble.trees()); ++t) lay_out_tree(ensemble, t, value, trees);
  trees.root.push_back(static_cast<std::int32_t>(trees.child.size()));
  trees.word.resize(trees.word.size() + 16);
  trees.child.resize(trees.child.size() + 16);
  return trees;
}

void host::find_leaves(ScoringTrees const& trees, std::size_t tree, std::uint8_t const* block, std::int32_t* leaf) {
  auto const root = static_cast<std::size_t>(trees.root[tree]);
  std::fill_n(leaf, rows_at_once, 0);
  for (std::int32_t step = 0; step < trees.depth[tree]; ++step) {
    for (int row = 0; row < rows_at_once; ++row) {
      std::size_t const node = root + static_cast<std::size_t>(leaf[row]);
      std::uint32_t const word = trees.word[node];
      std::uint32_t const bin =
          block[(word >> ScoringTrees::feature_shift) * rows_at_once + static_cast<unsigned>(row)];
      bool right = bin > (word & 255);
      if ((word & ScoringTrees::categorical) != 0) {
        right = (trees.sets[static_cast<std::size_t>(trees.set[node]) + (bin >> 5)] >> (bin & 31) & 1) == 0;
      }
      if (bin == 0) right = (word & ScoringTrees::missing_right) != 0;
      leaf[row] = trees.child[node] + right;
    }
  }
}

void add_scores(ScoringTrees const& trees, std::int64_t first_tree, std::int64_t last_tree, std::uint8_t const* bins,
                std::int64_t rows, std::int32_t stride, std::int32_t features, double* scores) {
  constexpr std::int64_t block_rows = host::rows_at_once;
  auto const find = has_avx512() ? host::find_leaves_avx512 : host::find_leaves;
  std::vector<std::uint8_t> block(static_cast<std::size_t>(features) * block_rows + 64, 0);
  auto const width = static_cast<std::size_t>(trees.values_per_leaf), outputs = static_cast<std::size_t>(trees.outputs);
  std::int32_t leaf[block_rows];
  for (std::int64_t first = 0; first < rows; first += block_rows) {
    auto const count = static_cast<std::size_t>(std::min(block_rows, rows - first));
    for (std::size_t row = 0; row < count; ++row) {
      std::uint8_t const* const from = bins + (first + static_cast<std::int64_t>(row)) * stride;
      for (std::int32_t f = 0; f < features; ++f) block[static_cast<std::size_t>(f) * block_rows + row] = from[f];
    }
    double* const out = scores + static_cast<std::size_t>(first) * outputs;
    for (auto tree = static_cast<std::size_t>(first_tree); tree < static_cast<std::size_t>(last_tree); ++tree) {
      find(trees, tree, block.data(), leaf);
      double const* const value = &trees.value[static_cast<std::size_t>(trees.root[tree]) * width];
      auto const to = width > 1 ? 0 : static_cast<std::size_t>(trees.output[tree]);
      for (std::size_t row = 0; row < count; ++row) {
        auto const at = static_cast<std::size_t>(leaf[row]) * width;
        for (std::size_t k = 0; k < width; ++k) out[row * outputs + to + k] += value[at + k];
      }
    }
  }
}

}  // namespace tidemill::kernels
