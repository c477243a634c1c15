#pragma once

#include <cstdint>

#include "kernels/device.hpp"
#include "kernels/trees/histogram.hpp"
#include "kernels/trees/objective_kind.hpp"
#include "kernels/trees/split.hpp"

namespace tidemill::kernels {

/// The objective and its one parameter (Tweedie's power, the quantile, the number of classes).
struct Loss {
  Objective objective = Objective::squared;
  double parameter = 0;
  std::int32_t outputs = 1;
  bool is_one_hot = false;  ///< squared loss of "is it this output's class" instead of the target itself
};

/// Per row: gradient and hessian of the loss, weight included (index 2 * row and 2 * row + 1).
using GradientPairs = Array<float>;

/// Largest magnitudes over the rows; they set the integer scale.
struct GradientRange {
  float gradient = 0;
  float hessian = 0;
};

/// Gradient pairs of one output. `scores`: outputs * rows, one output after another; for softmax the probabilities of
/// compute_probabilities.
/// `weight` and `draws` may be empty: 1 for every row. A row drawn m times counts m times; 0: not in this tree.
GradientRange compute_gradients(Exec const& exec, Loss const& loss, std::int32_t output, Array<double> const& scores,
                                Array<double> const& target, Array<double> const& weight,
                                Array<std::uint8_t> const& draws, GradientPairs const& out);

/// Softmax only: class probabilities of all rows from scores, in the same layout. Computed once per round, because
/// all trees of a round see the scores from before it.
void compute_probabilities(Exec const& exec, std::int32_t outputs, Array<double> const& scores,
                           Array<double> const& probabilities);

/// Integers for the histograms: gradient * gradient_scale and hessian * hessian_scale, rounded; with `dither` by a
/// threshold drawn from (seed, global row, tree), so that sums stay unbiased when few rows have most of the range.
/// Returns this rank's sums over drawn rows.
struct Quantiser {
  double gradient_scale = 1;
  double hessian_scale = 1;
  bool dither = false;
  std::uint64_t seed = 0;
  std::uint32_t tree = 0;
  std::int64_t first_row = 0;  ///< global number of local row 0
};
NodeSums quantise(Exec const& exec, Quantiser const& quantiser, CellLayout const& layout, GradientPairs const& pairs,
                  Array<std::uint8_t> const& draws, Array<std::int32_t> const& out);

/// Exact sums of gradient pairs over a leaf's rows in fixed point: each value times its scale (powers of two), rounded
/// to an integer below 2^51.
struct FixedSums {
  std::int64_t gradient = 0;
  std::int64_t hessian = 0;
};
FixedSums sum_leaf(Exec const& exec, GradientPairs const& pairs, NodeRows const& leaf, double gradient_scale,
                   double hessian_scale);

/// scores(row) += value for the leaf's rows. `scores` is one output's part.
void add_to_leaf(Exec const& exec, Array<double> const& scores, NodeRows const& leaf, double value);

/// How often each row is in a tree: with `bootstrap` Poisson(1) times, otherwise once with probability `share`.
void draw_rows(Exec const& exec, std::uint64_t seed, std::uint32_t tree, std::int64_t first_row, double share,
               bool bootstrap, Array<std::uint8_t> const& draws);

/// Numbers of the rows with draws > 0, ascending. Returns how many.
std::int64_t select_drawn(Exec const& exec, Array<std::uint8_t> const& draws, Array<std::uint32_t> const& index);

}  // namespace tidemill::kernels
