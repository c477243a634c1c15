#include "kernels/trees/shap.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/support/random_trees.hpp"

namespace tidemill::kernels {
namespace {

using tests::random_tree;

/// Mean value when only the features in `known` are known.
double game(TreeEnsemble const& tree, std::uint8_t const* bins, unsigned known, std::int32_t node = 0) {
  auto const i = static_cast<std::size_t>(node);
  if (tree.feature[i] < 0) return tree.value[i];
  if ((known >> tree.feature[i] & 1) == 0) {
    double const left = static_cast<double>(tree.cover[static_cast<std::size_t>(tree.left[i])]);
    double const share = left / static_cast<double>(tree.cover[i]);
    return share * game(tree, bins, known, tree.left[i]) + (1 - share) * game(tree, bins, known, tree.right[i]);
  }
  std::uint8_t const bin = bins[tree.feature[i]];
  auto const set = static_cast<std::size_t>(tree.threshold[i]) * 4;
  bool left =
      tree.is_categorical[i] != 0 ? (tree.sets[set + (bin >> 6)] >> (bin & 63) & 1) != 0 : bin <= tree.threshold[i];
  if (bin == 0) left = tree.missing_left[i] != 0;
  return game(tree, bins, known, left ? tree.left[i] : tree.right[i]);
}

TEST(Shap, EqualsTheDefinition) {
  constexpr std::int32_t features = 5;
  for (unsigned seed = 0; seed < 12; ++seed) {
    TreeEnsemble const tree = random_tree(seed == 0 ? 0 : 6, features, seed);
    TreePaths const paths(tree, 0, tree.value, 1);
    std::mt19937 engine(seed + 100);
    for (int row = 0; row < 20; ++row) {
      std::uint8_t bins[features];
      for (std::uint8_t& bin : bins) bin = row % 4 == 0 ? 0 : static_cast<std::uint8_t>(engine() % 256);
      std::vector<double> found(features + 1, 0.0);
      paths.add_contributions(bins, features, found);
      double sum = found[features];
      for (std::int32_t f = 0; f < features; ++f) {
        double expected = 0;
        for (unsigned set = 0; set < 1u << features; ++set) {
          if ((set >> f & 1) != 0) continue;
          int const size = __builtin_popcount(set);
          double const weight = std::tgamma(size + 1) * std::tgamma(features - size) / std::tgamma(features + 1);
          expected += weight * (game(tree, bins, set | 1u << f) - game(tree, bins, set));
        }
        EXPECT_NEAR(found[static_cast<std::size_t>(f)], expected, 1e-10) << seed << " " << row;
        sum += found[static_cast<std::size_t>(f)];
      }
      EXPECT_NEAR(found[features], game(tree, bins, 0), 1e-10);
      EXPECT_NEAR(sum, game(tree, bins, (1u << features) - 1), 1e-10);
    }
  }
}

TEST(Shap, SeveralOutputsShareThePaths) {
  TreeEnsemble const tree = random_tree(5, 4, 77);
  std::vector<double> both;
  for (double const value : tree.value) both.insert(both.end(), {value, -2 * value});
  TreePaths const one(tree, 0, tree.value, 1), two(tree, 0, both, 2);
  std::uint8_t const bins[4] = {3, 200, 0, 90};
  std::vector<double> a(5, 0.0), b(10, 0.0);
  one.add_contributions(bins, 4, a);
  two.add_contributions(bins, 4, b);
  for (std::size_t f = 0; f < 5; ++f) {
    EXPECT_NEAR(b[f], a[f], 1e-12);
    EXPECT_NEAR(b[5 + f], -2 * a[f], 1e-12);
  }
}

}  // namespace
}  // namespace tidemill::kernels
