#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "kernels/trees/forest_tree.hpp"

namespace tidemill::kernels {
namespace {

struct ForestExample {
  std::int64_t rows = 0;
  std::int32_t features = 0, stride = 0;
  std::vector<std::uint8_t> bins;
  std::vector<std::int8_t> is_categorical;
  std::vector<double> target, weight;
  std::int32_t classes = 0;
  ForestRows view() const { return {bins, rows, stride, features, is_categorical, target, weight, classes}; }
};

ForestExample random_example(std::int64_t rows, std::int32_t features, std::int32_t classes, bool has_missing) {
  ForestExample example;
  example.rows = rows;
  example.features = features;
  example.stride = features + 3;
  example.classes = classes;
  example.is_categorical.assign(static_cast<std::size_t>(features), 0);
  example.bins.resize(static_cast<std::size_t>(rows * example.stride));
  std::mt19937 engine(5);
  for (std::uint8_t& bin : example.bins) bin = static_cast<std::uint8_t>(engine() % 250 + (has_missing ? 0 : 1));
  for (std::int64_t row = 0; row < rows; ++row) {
    std::uint8_t const* const bin = &example.bins[static_cast<std::size_t>(row * example.stride)];
    double const signal = bin[0] * .01 + (bin[1] > 100 ? 1 : 0) + static_cast<double>(engine() % 100) / 100;
    example.target.push_back(classes == 0 ? signal : std::floor(std::min(signal / 4.5, .999) * classes));
  }
  return example;
}

std::int32_t leaf_of(ForestTree const& tree, std::uint8_t const* bins) {
  std::int32_t at = 0;
  while (tree.feature[static_cast<std::size_t>(at)] >= 0) {
    auto const i = static_cast<std::size_t>(at);
    std::uint8_t const bin = bins[tree.feature[i]];
    auto const set = static_cast<std::size_t>(tree.threshold[i]) * 4;
    bool left =
        tree.is_categorical[i] != 0 ? (tree.sets[set + (bin >> 6)] >> (bin & 63) & 1) != 0 : bin <= tree.threshold[i];
    if (bin == 0) left = tree.missing_left[i] != 0;
    at = left ? tree.left[i] : tree.right[i];
  }
  return at;
}

ForestTreeParams all_features(ForestExample const& example) {
  ForestTreeParams params;
  params.features_per_node = example.features;
  params.bootstrap = false;
  return params;
}

TEST(Forest, DrawsArePoissonOne) {
  std::int64_t const rows = 200000;
  double sum = 0, squares = 0, zero = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    double const draws = forest_draws(3, row, 17);
    sum += draws;
    squares += draws * draws;
    zero += draws == 0;
  }
  EXPECT_NEAR(sum / rows, 1, .01);
  EXPECT_NEAR(squares / rows, 2, .03);
  EXPECT_NEAR(zero / rows, std::exp(-1), .005);
  EXPECT_NE(forest_draws(3, 1, 0) * 1000 + forest_draws(3, 2, 0) * 100 + forest_draws(3, 3, 0) * 10,
            forest_draws(3, 1, 1) * 1000 + forest_draws(3, 2, 1) * 100 + forest_draws(3, 3, 1) * 10 + 1);
}

TEST(Forest, UnlimitedTreeFitsDistinctRows) {
  for (std::int64_t const rows : {1, 2, 300, 20000}) {
    for (std::int32_t const classes : {0, 2, 3}) {
      ForestExample const example = random_example(rows, 6, classes, true);
      ForestTree const tree = grow_forest_tree(example.view(), all_features(example), 0);
      ASSERT_EQ(tree.outputs, classes == 3 ? 3 : 1);
      std::int64_t wrong = 0;
      for (std::int64_t row = 0; row < rows; ++row) {
        std::int32_t const leaf = leaf_of(tree, &example.bins[static_cast<std::size_t>(row * example.stride)]);
        double const y = example.target[static_cast<std::size_t>(row)];
        double const found = classes == 3 ? tree.mean[static_cast<std::size_t>(leaf * 3) + static_cast<std::size_t>(y)]
                                          : tree.mean[static_cast<std::size_t>(leaf)];
        wrong += std::abs(found - (classes == 3 ? 1 : y)) > 1e-6;
      }
      EXPECT_EQ(wrong, 0) << rows << " " << classes;
    }
  }
}

TEST(Forest, CoverAddsUpAndLeavesKeepTheirRows) {
  ForestExample const example = random_example(3000, 4, 2, true);
  ForestTreeParams params;
  params.features_per_node = 2;
  params.min_rows_in_leaf = 7;
  params.max_depth = 9;
  ForestTree const tree = grow_forest_tree(example.view(), params, 3);
  std::int64_t drawn = 0;
  for (std::int64_t row = 0; row < example.rows; ++row) drawn += forest_draws(params.seed, row, 3);
  EXPECT_EQ(tree.cover[0], drawn);
  for (std::size_t i = 0; i < tree.feature.size(); ++i) {
    if (tree.feature[i] < 0) {
      EXPECT_GE(tree.cover[i], 7);
      continue;
    }
    EXPECT_EQ(tree.cover[i],
              tree.cover[static_cast<std::size_t>(tree.left[i])] + tree.cover[static_cast<std::size_t>(tree.right[i])]);
    EXPECT_GT(tree.gain[i], 0);
  }
}

/// Remaining squared error when rows for which `left(bin)` holds are parted from the others.
template <class Left>
double error_after(ForestExample const& example, std::int32_t feature, Left left) {
  double n[2] = {0, 0}, s[2] = {0, 0}, q[2] = {0, 0};
  for (std::int64_t row = 0; row < example.rows; ++row) {
    double const y = example.target[static_cast<std::size_t>(row)];
    bool const side = left(example.bins[static_cast<std::size_t>(row * example.stride + feature)]);
    n[side] += 1;
    s[side] += y;
    q[side] += y * y;
  }
  if (n[0] == 0 || n[1] == 0) return INFINITY;
  return q[0] - s[0] * s[0] / n[0] + q[1] - s[1] * s[1] / n[1];
}

TEST(Forest, RootSplitIsTheBestOfAll) {
  ForestExample example = random_example(400, 3, 0, true);
  // Few bins in the third feature, so that all sets of categories can be tried.
  for (std::int64_t row = 0; row < example.rows; ++row) {
    example.bins[static_cast<std::size_t>(row * example.stride + 2)] %= 7;
    if (example.bins[static_cast<std::size_t>(row * example.stride + 2)] % 3 == 1) {
      example.target[static_cast<std::size_t>(row)] += 4;
    }
  }
  for (bool const categorical : {false, true}) {
    example.is_categorical[2] = categorical;
    double least = INFINITY;
    for (std::int32_t feature = 0; feature < 3; ++feature) {
      if (example.is_categorical[static_cast<std::size_t>(feature)] != 0) {
        for (unsigned set = 1; set < 127; ++set) {
          least = std::min(least, error_after(example, feature, [&](unsigned bin) { return (set >> bin & 1) != 0; }));
        }
        continue;
      }
      for (std::int32_t threshold = 0; threshold < 255; ++threshold) {
        for (bool const missing_left : {false, true}) {
          least = std::min(least, error_after(example, feature, [&](std::int32_t bin) {
                             return bin == 0 ? missing_left : bin <= threshold;
                           }));
        }
      }
    }
    ForestTreeParams params = all_features(example);
    params.max_depth = 1;
    ForestTree const tree = grow_forest_tree(example.view(), params, 0);
    ASSERT_EQ(tree.nodes(), 3);
    double const found = error_after(example, tree.feature[0], [&](std::int32_t bin) {
      std::vector<std::uint8_t> row(3, 0);
      row[static_cast<std::size_t>(tree.feature[0])] = static_cast<std::uint8_t>(bin);
      return leaf_of(tree, row.data()) == 1;
    });
    EXPECT_NEAR(found, least, 1e-9);
    if (categorical) {
      EXPECT_EQ(tree.feature[0], 2);
    }
  }
}

TEST(Forest, CountsAndWeightsOfOneGiveTheSameTree) {
  ForestExample example = random_example(5000, 5, 2, false);
  ForestTreeParams params;
  params.features_per_node = 2;
  ForestTree const counted = grow_forest_tree(example.view(), params, 5);
  example.weight.assign(5000, 1.0);
  ForestTree const weighted = grow_forest_tree(example.view(), params, 5);
  EXPECT_EQ(counted.feature, weighted.feature);
  EXPECT_EQ(counted.threshold, weighted.threshold);
  EXPECT_EQ(counted.cover, weighted.cover);
}

TEST(Forest, ConstantFeaturesAreSkipped) {
  ForestExample example = random_example(200, 8, 2, false);
  for (std::int64_t row = 0; row < 200; ++row) {
    for (std::int32_t f = 2; f < 8; ++f) example.bins[static_cast<std::size_t>(row * example.stride + f)] = 9;
  }
  ForestTreeParams params;
  params.features_per_node = 1;
  ForestTree const tree = grow_forest_tree(example.view(), params, 1);
  std::set<std::int32_t> const used(tree.feature.begin(), tree.feature.end());
  EXPECT_EQ(used, (std::set<std::int32_t>{-1, 0, 1}));
}

}  // namespace
}  // namespace tidemill::kernels
