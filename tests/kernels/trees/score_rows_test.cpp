#include "kernels/trees/score_rows.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/random_trees.hpp"

namespace tidemill::kernels {
namespace {

constexpr std::int32_t features = 9;

std::vector<std::uint8_t> random_bins(std::int64_t rows, std::int32_t stride) {
  std::mt19937 engine(3);
  std::vector<std::uint8_t> bins(static_cast<std::size_t>(rows * stride));
  for (std::uint8_t& bin : bins) bin = static_cast<std::uint8_t>(engine() % 4 == 0 ? 0 : engine() % 256);
  return bins;
}

TreeEnsemble several_trees(std::int32_t outputs) {
  TreeEnsemble all;
  all.outputs = outputs;
  for (int depth : {0, 1, 3, 4, 5, 9, 14, 2, 6}) {
    tests::append_tree(all, tests::random_tree(depth, features, static_cast<unsigned>(depth)));
  }
  return all;
}

TEST(ScoreRows, AgreesWithWalkingOneRow) {
  std::int32_t const stride = features + 2;
  for (std::int32_t const outputs : {1, 3}) {
    TreeEnsemble const ensemble = several_trees(outputs);
    ScoringTrees const trees = lay_out_for_scoring(ensemble, ensemble.value, 1);
    for (std::int64_t const rows : {0, 1, 63, 64, 65, 333}) {
      std::vector<std::uint8_t> const bins = random_bins(rows, stride);
      std::vector<double> scores(static_cast<std::size_t>(rows * outputs), .25);
      add_scores(trees, 0, ensemble.trees(), bins.data(), rows, stride, features, scores.data());
      for (std::int64_t row = 0; row < rows; ++row) {
        std::vector<double> expected(static_cast<std::size_t>(outputs), .25);
        for (std::int64_t t = 0; t < ensemble.trees(); ++t) {
          std::int64_t const leaf = tests::leaf_of(ensemble, t, &bins[static_cast<std::size_t>(row * stride)]);
          expected[static_cast<std::size_t>(t % outputs)] += ensemble.value[static_cast<std::size_t>(leaf)];
        }
        for (std::int32_t k = 0; k < outputs; ++k) {
          EXPECT_EQ(scores[static_cast<std::size_t>(row * outputs + k)], expected[static_cast<std::size_t>(k)]);
        }
      }
    }
  }
}

TEST(ScoreRows, LeavesWithSeveralValues) {
  TreeEnsemble const ensemble = several_trees(1);
  std::vector<double> both;
  for (double const value : ensemble.value) both.insert(both.end(), {value, 3 * value});
  std::vector<std::uint8_t> const bins = random_bins(100, features);
  std::vector<double> one(100, 0), two(200, 0);
  add_scores(lay_out_for_scoring(ensemble, ensemble.value, 1), 0, ensemble.trees(), bins.data(), 100, features,
             features, one.data());
  add_scores(lay_out_for_scoring(ensemble, both, 2), 0, ensemble.trees(), bins.data(), 100, features, features,
             two.data());
  for (std::size_t row = 0; row < 100; ++row) {
    EXPECT_EQ(two[2 * row], one[row]);
    EXPECT_NEAR(two[2 * row + 1], 3 * one[row], 1e-9);
  }
}

TEST(ScoreRows, WideAndPlainLeavesAreEqual) {
  if (!__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq")) {
    GTEST_SKIP() << "no AVX-512 here";
  }
  TreeEnsemble const ensemble = several_trees(1);
  ScoringTrees const trees = lay_out_for_scoring(ensemble, ensemble.value, 1);
  std::vector<std::uint8_t> block = random_bins(64, features);
  block.resize(block.size() + 64);
  for (std::size_t tree = 0; tree < trees.depth.size(); ++tree) {
    std::int32_t plain[64], wide[64];
    host::find_leaves(trees, tree, block.data(), plain);
    host::find_leaves_avx512(trees, tree, block.data(), wide);
    for (int row = 0; row < 64; ++row) EXPECT_EQ(plain[row], wide[row]) << tree << " " << row;
  }
}

}  // namespace
}  // namespace tidemill::kernels
