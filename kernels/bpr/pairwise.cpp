#include "kernels/bpr/pairwise.hpp"

#include "kernels/trees/exponential.hpp"

namespace tidemill::kernels {
namespace {

using Triples = Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int32_t>>;

KOKKOS_INLINE_FUNCTION float difference_of_scores(float const* x, float const* p, float const* q, std::int32_t width) {
  float lane[8] = {0, 0, 0, 0, 0, 0, 0, 0};
  for (std::int32_t c = 0; c < width; c += 8) {
    for (std::int32_t l = 0; l < 8; ++l) lane[l] += x[c + l] * (p[c + l] - q[c + l]);
  }
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

KOKKOS_INLINE_FUNCTION std::int64_t rounded_to_unit(double value) {
  // Adding 1.5 * 2^52 leaves the rounded value in the low bits; |value| stays below 2^18.
  constexpr double to_integer = 6755399441055744.0;
  union {
    double real;
    std::int64_t bits;
  } shifted{value / gradient_unit + to_integer}, zero{to_integer};
  return shifted.bits - zero.bits;
}

}  // namespace

std::int64_t pairwise_strengths(Exec const& exec, PairwiseBatch const& batch, FactorRows const& users,
                                FactorRows const& items, Array<float> const& strength) {
  auto const width = static_cast<std::int32_t>(users.extent(1));
  std::int64_t loss = 0;
  Kokkos::parallel_reduce(
      "bpr::strengths", Triples(exec, 0, static_cast<std::int32_t>(strength.extent(0))),
      KOKKOS_LAMBDA(std::int32_t const t, std::int64_t& sum) {
        double const difference = difference_of_scores(&users(batch.user(t), 0), &items(batch.preferred(t), 0),
                                                       &items(batch.other(t), 0), width);
        double const e = exponential(difference < 0 ? difference : -difference);  // below or at 1
        strength(t) = static_cast<float>((difference < 0 ? 1 : e) / (1 + e));
        double const loss_of_triple = log1p(e) + (difference < 0 ? -difference : 0);
        sum += rounded_to_unit(loss_of_triple < 1000 ? loss_of_triple : 1000);
      },
      loss);
  return loss;
}

void pairwise_item_gradients(Exec const& exec, PairwiseBatch const& batch, FactorRows const& users,
                             Array<float> const& strength,
                             Kokkos::View<std::int64_t**, Kokkos::LayoutRight, DeviceMemory> const& gradient) {
  auto const width = static_cast<std::int32_t>(users.extent(1));
  Kokkos::parallel_for(
      "bpr::item_gradients", Triples(exec, 0, static_cast<std::int32_t>(gradient.extent(0))),
      KOKKOS_LAMBDA(std::int32_t const s) {
        std::int64_t* const sum = &gradient(s, 0);
        for (std::int32_t c = 0; c < width; ++c) sum[c] = 0;
        for (std::int32_t at = batch.item_start(s); at < batch.item_start(s + 1); ++at) {
          std::int32_t const t = batch.uses(at) / 2;
          float const factor = batch.uses(at) % 2 == 0 ? strength(t) : -strength(t);
          float const* const x = &users(batch.user(t), 0);
          for (std::int32_t c = 0; c < width; ++c) sum[c] += rounded_to_unit(static_cast<double>(factor * x[c]));
        }
      });
}

void pairwise_user_steps(Exec const& exec, PairwiseBatch const& batch, FactorRows const& users,
                         FactorRows const& squares, FactorRows const& items, Array<float> const& strength,
                         PairwiseStep const& step) {
  auto const width = static_cast<std::int32_t>(users.extent(1));
  Kokkos::parallel_for(
      "bpr::user_steps", Triples(exec, 0, static_cast<std::int32_t>(batch.active.extent(0))),
      KOKKOS_LAMBDA(std::int32_t const a) {
        float* const x = &users(batch.active(a), 0);
        float* const square = &squares(batch.active(a), 0);
        std::int32_t const begin = batch.active_start(a), end = batch.active_start(a + 1);
        auto const triples = static_cast<float>(end - begin);
        for (std::int32_t c = 0; c < width; c += 8) {
          float gradient[8];
          for (std::int32_t l = 0; l < 8; ++l) gradient[l] = -step.regularisation * triples * x[c + l];
          for (std::int32_t t = begin; t < end; ++t) {
            float const factor = strength(t);
            float const* const p = &items(batch.preferred(t), c);
            float const* const q = &items(batch.other(t), c);
            for (std::int32_t l = 0; l < 8; ++l) gradient[l] += factor * (p[l] - q[l]);
          }
          for (std::int32_t l = 0; l < 8; ++l) {
            if (c + l < step.constant) climb(gradient[l], step, x[c + l], square[c + l]);
          }
        }
      });
}

}  // namespace tidemill::kernels
