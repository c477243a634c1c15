#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/device.hpp"

namespace tidemill::kernels {

/// Rows of factors, row-major, `width` a multiple of 8. The coordinate `constant` of user rows is always 1, so that of
/// item rows is the item's bias; coordinates after it are 0.
using FactorRows = Kokkos::View<float**, Kokkos::LayoutRight, DeviceMemory>;

/// One batch of triples (user, preferred item, other item), grouped by user. Items are rows of the item table of the
/// batch. uses(item_start(s)) .. uses(item_start(s + 1) - 1) are the triples with item s, ascending: 2 t where it is
/// the preferred of triple t, 2 t + 1 where it is the other.
struct PairwiseBatch {
  Array<std::int32_t> user, preferred, other;  ///< per triple
  Array<std::int32_t> active;                  ///< rows of users with triples, ascending
  Array<std::int32_t> active_start;            ///< first triple of each, and one more
  Array<std::int32_t> item_start, uses;
};

/// Step of Adagrad (Duchi et al. 2011) on every coordinate, with L2 regularisation once per triple.
struct PairwiseStep {
  float rate = .05f;
  float regularisation = 0;
  std::int32_t constant = 0;
};

/// Gradients of item rows are sums of terms rounded to this unit, so that their order does not matter.
constexpr double gradient_unit = 1.0 / (std::int64_t{1} << 32);

/// strength(t) = sigma(-(s_preferred - s_other)), the slope of ln sigma, with inner products in a fixed order.
/// Returns the sum of -ln sigma over triples, each rounded to gradient_unit.
std::int64_t pairwise_strengths(Exec const& exec, PairwiseBatch const& batch, FactorRows const& users,
                                FactorRows const& items, Array<float> const& strength);

/// gradient(s, c) = sum over the uses of item s of +-strength(t) x_user(c), in units of gradient_unit.
void pairwise_item_gradients(Exec const& exec, PairwiseBatch const& batch, FactorRows const& users,
                             Array<float> const& strength,
                             Kokkos::View<std::int64_t**, Kokkos::LayoutRight, DeviceMemory> const& gradient);

/// One step for every active user: the sum of strength(t) (y_preferred - y_other) in the order of triples.
/// `squares` are Adagrad's sums, shaped like `users`.
void pairwise_user_steps(Exec const& exec, PairwiseBatch const& batch, FactorRows const& users,
                         FactorRows const& squares, FactorRows const& items, Array<float> const& strength,
                         PairwiseStep const& step);

/// The step itself: value and its sum of squares after a gradient to climb.
KOKKOS_INLINE_FUNCTION void climb(float gradient, PairwiseStep const& step, float& value, float& square) {
  square += gradient * gradient;
  value += step.rate * gradient / sqrtf(square + 1e-12f);
}

}  // namespace tidemill::kernels
