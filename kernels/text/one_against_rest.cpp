#include "kernels/text/one_against_rest.hpp"

namespace tidemill::kernels {
namespace {

/// sum[l] = w . x for the sixteen lanes of one block.
KOKKOS_INLINE_FUNCTION void dot_lanes(BiasedRows const& rows, std::int64_t row, float const* weight, float* sum) {
  float const* const constant = weight + rows.columns * class_lanes;
  for (int l = 0; l < class_lanes; ++l) sum[l] = constant[l];
  for (std::int64_t e = rows.start(row); e < rows.start(row + 1); ++e) {
    float const x = rows.value(e);
    float const* const w = weight + rows.column(e) * class_lanes;
    for (int l = 0; l < class_lanes; ++l) sum[l] += x * w[l];
  }
}

/// w += step x for the sixteen lanes.
KOKKOS_INLINE_FUNCTION void add_lanes(BiasedRows const& rows, std::int64_t row, float const* step, float* weight) {
  float* const constant = weight + rows.columns * class_lanes;
  for (int l = 0; l < class_lanes; ++l) constant[l] += step[l];
  for (std::int64_t e = rows.start(row); e < rows.start(row + 1); ++e) {
    float const x = rows.value(e);
    float* const w = weight + rows.column(e) * class_lanes;
    for (int l = 0; l < class_lanes; ++l) w[l] += x * step[l];
  }
}

/// The best alpha of every lane with all others fixed; `step` becomes y (new - old). Returns the largest gradient.
KOKKOS_INLINE_FUNCTION float best_alphas(std::int8_t const* sign, float const* margin, float square, float cost,
                                         float positive_cost, float* alpha, float* step) {
  float largest = 0;
  for (int l = 0; l < class_lanes; ++l) {
    auto const y = static_cast<float>(sign[l]);
    float const ridge = 0.5F / (y > 0 ? positive_cost : cost);
    float const gradient = y * margin[l] - 1 + ridge * alpha[l];
    float const minimum = alpha[l] - gradient / (square + ridge);
    float const next = y != 0 && minimum > 0 ? minimum : 0.0F;
    float const size = gradient < 0 ? -gradient : alpha[l] > 0 ? gradient : 0.0F;
    largest = y != 0 && size > largest ? size : largest;
    step[l] = (next - alpha[l]) * y;
    alpha[l] = next;
  }
  return largest;
}

}  // namespace

void descend_rows(Exec const& exec, BiasedRows const& rows, Array<std::uint32_t const> const& order,
                  OneAgainstRest const& problem, Array<std::int8_t const> const& done, Array<float> const& change) {
  auto const blocks = static_cast<std::int64_t>(problem.weight.extent(0));
  std::int64_t const count = static_cast<std::int64_t>(order.extent(0));
  Kokkos::parallel_for(
      "text::descend_rows", Kokkos::RangePolicy<Exec>(exec, 0, blocks), KOKKOS_LAMBDA(std::int64_t block) {
        if (done(block) != 0) return;
        float* const weight = &problem.weight(block, 0, 0);
        float margin[class_lanes], step[class_lanes];
        float largest = 0;
        for (std::int64_t i = 0; i < count; ++i) {
          std::int64_t const row = order(i);
          dot_lanes(rows, row, weight, margin);
          float const gradient = best_alphas(&problem.sign(block, row, 0), margin, rows.square(row), problem.cost,
                                             problem.positive_cost, &problem.alpha(block, row, 0), step);
          bool moves = false;
          for (float const s : step) moves = moves || s != 0;
          if (moves) add_lanes(rows, row, step, weight);
          if (gradient > largest) largest = gradient;
        }
        change(block) = largest;
      });
  exec.fence();
}

void class_margins(Exec const& exec, BiasedRows const& rows, ClassBlocks<float const> const& weight,
                   Kokkos::View<float**, Kokkos::LayoutRight, DeviceMemory> const& margin) {
  auto const blocks = static_cast<std::int64_t>(weight.extent(0));
  Kokkos::parallel_for(
      "text::class_margins", Kokkos::RangePolicy<Exec>(exec, 0, rows.rows()), KOKKOS_LAMBDA(std::int64_t row) {
        for (std::int64_t block = 0; block < blocks; ++block) {
          float sum[class_lanes];
          dot_lanes(rows, row, &weight(block, 0, 0), sum);
          for (int l = 0; l < class_lanes; ++l) margin(row, block * class_lanes + l) = sum[l];
        }
      });
  exec.fence();
}

}  // namespace tidemill::kernels
