#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>

namespace tidemill::kernels {

/// Inner product of two vectors of `width` numbers: products in double (exact for floats), summed in eight lanes
/// (lane = position mod 8) that are then added pairwise, rounded once to float. The order is fixed, so the bits are the
/// same wherever the two vectors lie; a fused multiply-add gives the same ones because the products are exact.
KOKKOS_INLINE_FUNCTION float inner_product(float const* a, float const* b, std::int32_t width) {
  double lane[8] = {0, 0, 0, 0, 0, 0, 0, 0};
  std::int32_t i = 0;
  for (; i + 8 <= width; i += 8) {
    for (std::int32_t j = 0; j < 8; ++j) lane[j] += static_cast<double>(a[i + j]) * static_cast<double>(b[i + j]);
  }
  for (std::int32_t j = 0; i + j < width; ++j) {
    lane[j] += static_cast<double>(a[i + j]) * static_cast<double>(b[i + j]);
  }
  return static_cast<float>(((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7])));
}

/// The order of all lists: larger score first, equal scores by the smaller item number.
KOKKOS_INLINE_FUNCTION bool ranks_before(float score, std::int32_t item, float other_score, std::int32_t other_item) {
  return score > other_score || (score == other_score && item < other_item);
}

}  // namespace tidemill::kernels
