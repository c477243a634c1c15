#include "kernels/inverse/blocks.hpp"

#include <vector>

#include "kernels/linalg/gemm.hpp"

namespace tidemill::kernels {

bool invert_positive_definite(std::span<double> matrix, std::int64_t n) {
  auto const size = static_cast<std::size_t>(n);
  double* const a = matrix.data();
  std::vector<double> column(size), scaled(size);
  // The sweep operator (Beaton 1964) on the lower triangle: after all pivots the matrix is minus its inverse.
  for (std::size_t k = 0; k < size; ++k) {
    double const pivot = a[k * size + k];
    if (!(pivot > 0)) return false;
    for (std::size_t i = 0; i < size; ++i) {
      column[i] = i < k ? a[k * size + i] : a[i * size + k];
      scaled[i] = column[i] / pivot;
    }
    column[k] = 0;
    for (std::size_t i = 0; i < size; ++i) {
      double* const row = a + i * size;
      double const factor = scaled[i];
      if (i == k) continue;
      for (std::size_t j = 0; j <= i; ++j) row[j] -= factor * column[j];
    }
    for (std::size_t i = 0; i < size; ++i) a[i < k ? k * size + i : i * size + k] = scaled[i];
    a[k * size + k] = -1 / pivot;
  }
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j <= i; ++j) a[i * size + j] = a[j * size + i] = -a[i * size + j];
  }
  return true;
}

void multiply_symmetric(double const* a, double const* s, std::int64_t m, std::int64_t k, double* out) {
  gemm({m, k, k}, 1.0, a, s, 0.0, out);
}

void subtract_product(double const* a, double const* b, std::int64_t m, std::int64_t n, std::int64_t k, double* out) {
  gemm({m, n, k, true}, -1.0, a, b, 1.0, out);
}

void transpose_block(double const* from, std::int64_t stride, std::int64_t m, std::int64_t n, double* to) {
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) to[j * m + i] = from[i * stride + j];
  }
}

}  // namespace tidemill::kernels
