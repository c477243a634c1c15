#include "kernels/trees/gradients.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/random/philox.hpp"
#include "kernels/trees/objective.hpp"

namespace tidemill::kernels {
namespace {

using Policy = Kokkos::RangePolicy<Exec>;

constexpr std::uint32_t purpose_sample = 1;

struct SoftmaxLoss {
  double factor;  ///< classes / (classes - 1), as Friedman 2001
  /// `probability` stands where other losses take the score; `target` is 1 for the row's class.
  KOKKOS_INLINE_FUNCTION GradientPair operator()(double probability, double target) const {
    return {probability - target, factor * probability * (1.0 - probability)};
  }
};

/// Magnitudes of floats compare as integers, which lets the compiler use vectors.
KOKKOS_INLINE_FUNCTION std::int32_t magnitude_bits(float x) {
  union {
    float real;
    std::int32_t bits;
  } both{x};
  return both.bits & 0x7fffffff;
}

float from_bits(std::int32_t bits) {
  union {
    std::int32_t bits;
    float real;
  } both{bits};
  return both.real;
}

struct Extra {
  Array<double> weight;
  Array<std::uint8_t> draws;
  bool has_weight, has_draws;
  KOKKOS_INLINE_FUNCTION double operator()(std::int64_t row) const {
    double factor = has_weight ? weight(row) : 1.0;
    return has_draws ? factor * draws(row) : factor;
  }
};

/// Rows per functor call: on a host the inner loop over plain pointers is what the compiler turns into vectors; on a
/// device neighbouring threads must take neighbouring rows.
constexpr std::int64_t rows_per_call =
    Kokkos::SpaceAccessibility<Kokkos::HostSpace, DeviceMemory>::accessible ? 1024 : 1;

template <class LossMaths, bool Plain, bool IsClass>
struct GradientRows {
  LossMaths loss;
  double class_number;
  double const* scores;
  double const* target;
  Extra extra;
  float* out;
  std::int64_t rows;

  KOKKOS_FUNCTION void operator()(std::int64_t call, std::int32_t& largest_gradient,
                                  std::int32_t& largest_hessian) const {
    LossMaths const maths = loss;
    double const class_wanted = class_number;
    double const* const s = scores;
    double const* const t = target;
    float* const pairs = out;
    std::int64_t const end = (call + 1) * rows_per_call < rows ? (call + 1) * rows_per_call : rows;
    std::int32_t most_gradient = 0;
    std::int32_t most_hessian = 0;
    for (std::int64_t row = call * rows_per_call; row < end; ++row) {
      double const y = IsClass ? (t[row] == class_wanted ? 1.0 : 0.0) : t[row];
      GradientPair pair = maths(s[row], y);
      if (!Plain) {
        double const factor = extra(row);
        pair.gradient *= factor;
        pair.hessian *= factor;
      }
      auto const g = static_cast<float>(pair.gradient);
      auto const h = static_cast<float>(pair.hessian);
      pairs[2 * row] = g;
      pairs[2 * row + 1] = h;
      std::int32_t const gm = magnitude_bits(g);
      std::int32_t const hm = magnitude_bits(h);
      most_gradient = gm > most_gradient ? gm : most_gradient;
      most_hessian = hm > most_hessian ? hm : most_hessian;
    }
    largest_gradient = most_gradient > largest_gradient ? most_gradient : largest_gradient;
    largest_hessian = most_hessian > largest_hessian ? most_hessian : largest_hessian;
  }
};

template <class LossMaths, bool Plain, bool IsClass>
GradientRange run_loss(Exec const& exec, LossMaths const& loss, double class_number, double const* scores,
                       Array<double> const& target, Extra const& extra, GradientPairs const& out) {
  std::int32_t largest_gradient = 0;
  std::int32_t largest_hessian = 0;
  auto const rows = static_cast<std::int64_t>(target.extent(0));
  GradientRows<LossMaths, Plain, IsClass> const work{loss,  class_number, scores, target.data(),
                                                     extra, out.data(),   rows};
  Kokkos::parallel_reduce("trees::compute_gradients", Policy(exec, 0, (rows + rows_per_call - 1) / rows_per_call), work,
                          Kokkos::Max<std::int32_t>(largest_gradient), Kokkos::Max<std::int32_t>(largest_hessian));
  exec.fence();
  return {from_bits(std::max(largest_gradient, 0)), from_bits(std::max(largest_hessian, 0))};
}

}  // namespace

GradientRange compute_gradients(Exec const& exec, Loss const& loss, std::int32_t output, Array<double> const& scores,
                                Array<double> const& target, Array<double> const& weight,
                                Array<std::uint8_t> const& draws, GradientPairs const& out) {
  Extra const extra{weight, draws, weight.extent(0) > 0, draws.extent(0) > 0};
  bool const is_plain = !extra.has_weight && !extra.has_draws;
  std::int64_t const offset = output * static_cast<std::int64_t>(target.extent(0));
  auto const run = [&](auto const& maths, double class_number) {
    using Maths = std::decay_t<decltype(maths)>;
    double const* const mine = scores.data() + offset;
    if (class_number >= 0) return run_loss<Maths, false, true>(exec, maths, class_number, mine, target, extra, out);
    return is_plain ? run_loss<Maths, true, false>(exec, maths, class_number, mine, target, extra, out)
                    : run_loss<Maths, false, false>(exec, maths, class_number, mine, target, extra, out);
  };
  switch (loss.objective) {
    case Objective::squared:
      return run(SquaredLoss{}, loss.is_one_hot ? output : -1);
    case Objective::poisson:
      return run(PoissonLoss{}, -1);
    case Objective::tweedie:
      return run(TweedieLoss{loss.parameter}, -1);
    case Objective::quantile:
      return run(QuantileLoss{loss.parameter}, -1);
    case Objective::logistic:
      return run(LogisticLoss{}, -1);
    case Objective::softmax:
      break;
  }
  return run(SoftmaxLoss{loss.outputs / (loss.outputs - 1.0)}, output);
}

void compute_probabilities(Exec const& exec, std::int32_t outputs, Array<double> const& scores,
                           Array<double> const& probabilities) {
  std::int64_t const rows = static_cast<std::int64_t>(scores.extent(0)) / outputs;
  Kokkos::parallel_for(
      "trees::compute_probabilities", Policy(exec, 0, rows), KOKKOS_LAMBDA(std::int64_t row) {
        double largest = scores(row);
        for (std::int32_t k = 1; k < outputs; ++k) {
          largest = scores(k * rows + row) > largest ? scores(k * rows + row) : largest;
        }
        double sum = 0;
        for (std::int32_t k = 0; k < outputs; ++k) {
          probabilities(k * rows + row) = exponential(scores(k * rows + row) - largest);
          sum += probabilities(k * rows + row);
        }
        for (std::int32_t k = 0; k < outputs; ++k) probabilities(k * rows + row) /= sum;
      });
  exec.fence();
}

namespace {

/// A threshold in [0, 1) per row: one round of a mixing function is enough to decide about a last bit, and costs a
/// fifth of Philox. Its key, which says where in the sequence a tree stands, comes from Philox.
KOKKOS_INLINE_FUNCTION double dither_of(std::uint64_t row, std::uint64_t key) {
  std::uint64_t x = (row + key) * 0x9E3779B97F4A7C15u;
  x ^= x >> 32;
  x *= 0xD6E8FEB86659FD93u;
  x ^= x >> 32;
  return static_cast<double>(static_cast<std::int64_t>(x >> 11)) * (1.0 / 9007199254740992.0);
}

struct Sums {
  std::int64_t gradient = 0, hessian = 0, count = 0;
  KOKKOS_FUNCTION Sums& operator+=(Sums const& other) {
    gradient += other.gradient;
    hessian += other.hessian;
    count += other.count;
    return *this;
  }
};

KOKKOS_INLINE_FUNCTION std::int32_t round_within(double x, std::int32_t limit) {
  constexpr double to_integer = 6755399441055744.0;
  union {
    double real;
    std::int64_t bits;
  } shifted{x + to_integer}, zero{to_integer};
  auto const rounded = static_cast<std::int32_t>(shifted.bits - zero.bits);  // to nearest
  std::int32_t const low = rounded > -limit ? rounded : -limit;
  return low < limit ? low : limit;
}

}  // namespace

NodeSums quantise(Exec const& exec, Quantiser const& quantiser, CellLayout const& layout, GradientPairs const& pairs,
                  Array<std::uint8_t> const& draws, Array<std::int32_t> const& out) {
  Philox::Block const block = Philox::block(quantiser.seed, quantiser.tree, 0, 2);
  std::uint64_t const key =
      (std::uint64_t{block.word[0]} << 32 | block.word[1]) + static_cast<std::uint64_t>(quantiser.first_row);
  double const gradient_scale = quantiser.gradient_scale;
  double const hessian_scale = quantiser.hessian_scale;
  bool const dither = quantiser.dither;
  bool const has_draws = draws.extent(0) > 0;
  std::int32_t const gradient_limit = layout.gradient_limit;
  std::int32_t const hessian_limit = layout.hessian_limit;
  auto const rows = static_cast<std::int64_t>(out.extent(0));
  float const* const pair = pairs.data();
  std::int32_t* const packed = out.data();
  std::int64_t gradient_sum = 0;
  std::int64_t hessian_sum = 0;
  std::int64_t count = 0;
  Kokkos::parallel_reduce(
      "trees::quantise", Policy(exec, 0, (rows + rows_per_call - 1) / rows_per_call),
      KOKKOS_LAMBDA(std::int64_t call, std::int64_t & gradients, std::int64_t & hessians, std::int64_t & drawn) {
        std::int64_t const end = (call + 1) * rows_per_call < rows ? (call + 1) * rows_per_call : rows;
        // At most 1024 rows: 32-bit sums cannot overflow.
        std::int32_t gradient_part = 0;
        std::int32_t hessian_part = 0;
        for (std::int64_t row = call * rows_per_call; row < end; ++row) {
          // Rounding to nearest after adding a threshold in [-1/2, 1/2) is rounding down after adding one in [0, 1).
          double const shift = dither ? dither_of(static_cast<std::uint64_t>(row), key) - 0.5 : 0.0;
          std::int32_t const g = round_within(pair[2 * row] * gradient_scale + shift, gradient_limit);
          std::int32_t const h = round_within(pair[2 * row + 1] * hessian_scale, hessian_limit);
          packed[row] = g * 65536 + h;
          gradient_part += g;
          hessian_part += h;
        }
        gradients += gradient_part;
        hessians += hessian_part;
        if (!has_draws) drawn += end - call * rows_per_call;
        for (std::int64_t row = call * rows_per_call; has_draws && row < end; ++row) drawn += draws(row) > 0 ? 1 : 0;
      },
      gradient_sum, hessian_sum, count);
  exec.fence();
  return {gradient_sum, layout.has_hessian() ? hessian_sum : count, count};
}

FixedSums sum_leaf(Exec const& exec, GradientPairs const& pairs, NodeRows const& leaf, double gradient_scale,
                   double hessian_scale) {
  FixedSums sums;
  auto const index = leaf.index;
  std::int64_t const first = leaf.first;
  bool const is_all = leaf.is_all;
  Kokkos::parallel_reduce(
      "trees::sum_leaf", Policy(exec, 0, leaf.count),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t & gradients, std::int64_t & hessians) {
        constexpr double to_integer = 6755399441055744.0;
        std::int64_t const row = is_all ? i : index(first + i);
        union Bits {
          double real;
          std::int64_t bits;
        };
        Bits const zero{to_integer};
        Bits const g{pairs(2 * row) * gradient_scale + to_integer};
        Bits const h{pairs(2 * row + 1) * hessian_scale + to_integer};
        gradients += g.bits - zero.bits;
        hessians += h.bits - zero.bits;
      },
      sums.gradient, sums.hessian);
  exec.fence();
  return sums;
}

void add_to_leaf(Exec const& exec, Array<double> const& scores, NodeRows const& leaf, double value) {
  auto const index = leaf.index;
  std::int64_t const first = leaf.first;
  bool const is_all = leaf.is_all;
  Kokkos::parallel_for(
      "trees::add_to_leaf", Policy(exec, 0, leaf.count),
      KOKKOS_LAMBDA(std::int64_t i) { scores(is_all ? i : index(first + i)) += value; });
  exec.fence();
}

void draw_rows(Exec const& exec, std::uint64_t seed, std::uint32_t tree, std::int64_t first_row, double share,
               bool bootstrap, Array<std::uint8_t> const& draws) {
  Kokkos::parallel_for(
      "trees::draw_rows", Policy(exec, 0, static_cast<std::int64_t>(draws.extent(0))), KOKKOS_LAMBDA(std::int64_t row) {
        Philox::Block const block =
            Philox::block(seed, static_cast<std::uint64_t>(first_row + row), tree, purpose_sample);
        if (!bootstrap) {
          draws(row) = Philox::uniform(block.word[0], block.word[1]) < share ? 1 : 0;
          return;
        }
        // Inverse of Poisson(1)'s distribution function.
        double const u = Philox::uniform(block.word[0], block.word[1]);
        double probability = 0.36787944117144233;
        double sum = probability;
        int times = 0;
        while (u >= sum && times < 16) {
          probability /= ++times;
          sum += probability;
        }
        draws(row) = static_cast<std::uint8_t>(times);
      });
  exec.fence();
}

std::int64_t select_drawn(Exec const& exec, Array<std::uint8_t> const& draws, Array<std::uint32_t> const& index) {
  auto const rows = static_cast<std::int64_t>(draws.extent(0));
  std::int64_t selected = 0;
  Kokkos::parallel_scan(
      "trees::select_drawn", Policy(exec, 0, rows),
      KOKKOS_LAMBDA(std::int64_t row, std::int64_t & before, bool is_final) {
        bool const drawn = draws(row) > 0;
        if (is_final && drawn) index(before) = static_cast<std::uint32_t>(row);
        before += drawn ? 1 : 0;
      },
      selected);
  exec.fence();
  return selected;
}

}  // namespace tidemill::kernels
