#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <tuple>
#include <utility>
#include <vector>

namespace tidemill::tests::reference {

/// Gradient boosting as the textbook has it: double precision, every split tried on every row, no histograms of
/// integers, no subtraction. Numeric features already in bins 1, 2, ...; no missing values, no categories.
struct PlainBooster {
  struct Options {
    int trees = 1, max_leaves = 2;
    std::size_t min_rows = 1;
    double learning_rate = 0.1, l2 = 0;
  };
  using Gradient = std::function<std::pair<double, double>(double score, double target)>;

  std::vector<std::vector<int>> bins;  ///< per feature, per row
  std::vector<double> target;

  struct Best {
    double gain = 0;
    int feature = -1, bin = 0;
  };

  Best best_split(std::vector<std::size_t> const& rows, std::vector<double> const& g, std::vector<double> const& h,
                  Options const& o) const {
    double all_g = 0, all_h = 0;
    for (std::size_t const r : rows) all_g += g[r], all_h += h[r];
    Best best;
    for (std::size_t f = 0; f < bins.size(); ++f) {
      int const last = *std::max_element(bins[f].begin(), bins[f].end());
      for (int b = 1; b < last; ++b) {
        double gl = 0, hl = 0;
        std::size_t n = 0;
        for (std::size_t const r : rows) {
          if (bins[f][r] <= b) gl += g[r], hl += h[r], ++n;
        }
        if (n < o.min_rows || rows.size() - n < o.min_rows) continue;
        double const gr = all_g - gl, hr = all_h - hl;
        double const gain = gl * gl / (hl + o.l2) + gr * gr / (hr + o.l2) - all_g * all_g / (all_h + o.l2);
        if (gain > best.gain) best = {gain, static_cast<int>(f), b};
      }
    }
    return best;
  }

  /// Scores of the training rows after all trees.
  std::vector<double> fit(double base, Gradient const& gradient, Options const& o) const {
    std::vector<double> score(target.size(), base), g(target.size()), h(target.size());
    for (int tree = 0; tree < o.trees; ++tree) {
      for (std::size_t r = 0; r < target.size(); ++r) std::tie(g[r], h[r]) = gradient(score[r], target[r]);
      std::vector<std::vector<std::size_t>> leaves(1);
      for (std::size_t r = 0; r < target.size(); ++r) leaves[0].push_back(r);
      while (static_cast<int>(leaves.size()) < o.max_leaves) {
        Best best;
        std::size_t where = 0;
        for (std::size_t leaf = 0; leaf < leaves.size(); ++leaf) {
          Best const here = best_split(leaves[leaf], g, h, o);
          if (here.gain > best.gain) best = here, where = leaf;
        }
        if (best.feature < 0) break;
        std::vector<std::size_t> left, right;
        for (std::size_t const r : leaves[where]) {
          (bins[static_cast<std::size_t>(best.feature)][r] <= best.bin ? left : right).push_back(r);
        }
        leaves[where] = left;
        leaves.push_back(right);
      }
      for (auto const& leaf : leaves) {
        double sum_g = 0, sum_h = 0;
        for (std::size_t const r : leaf) sum_g += g[r], sum_h += h[r];
        for (std::size_t const r : leaf) score[r] -= o.learning_rate * sum_g / (sum_h + o.l2);
      }
    }
    return score;
  }
};

}  // namespace tidemill::tests::reference
