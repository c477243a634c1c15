#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>

namespace tidemill::kernels {

/// The value of rank `rank` (0: the smallest) of n values, which it reorders. Quickselect with the middle element as
/// pivot: the same steps for the same values.
KOKKOS_INLINE_FUNCTION double select_rank(double* values, std::int64_t n, std::int64_t rank) {
  std::int64_t low = 0, high = n - 1;
  while (low < high) {
    double const pivot = values[(low + high) / 2];
    std::int64_t i = low, j = high;
    while (i <= j) {
      while (values[i] < pivot) ++i;
      while (values[j] > pivot) --j;
      if (i > j) break;
      double const swapped = values[i];
      values[i++] = values[j];
      values[j--] = swapped;
    }
    if (rank <= j) {
      high = j;
    } else if (rank >= i) {
      low = i;
    } else {
      break;
    }
  }
  return values[rank];
}

/// Median of n >= 1 values, which it reorders; of an even number the mean of the middle two.
KOKKOS_INLINE_FUNCTION double median(double* values, std::int64_t n) {
  double const upper = select_rank(values, n, n / 2);
  return n % 2 == 1 ? upper : 0.5 * (select_rank(values, n, n / 2 - 1) + upper);
}

}  // namespace tidemill::kernels
