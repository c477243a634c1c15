#include <algorithm>
#include <cmath>

#include "kernels/factors/solve_row_host.hpp"
#include "kernels/factors/vector_avx2.hpp"

namespace tidemill::kernels::host {
namespace {

constexpr int panel = 4;
/// A pivot this much smaller than its diagonal was is rounding.
constexpr float rounding = 1e-7f;

int vector_start(int column) { return column / 8 * 8; }

/// row -= factor * pivot_row from column `first` on (and what precedes it in its vector, which nobody reads).
void eliminate(float factor, float const* pivot_row, float* row, int first, int size) {
  add_multiple(-factor, pivot_row + vector_start(first), row + vector_start(first), size - vector_start(first));
}

/// Rows k .. k + panel - 1 of U, where U'U = A; 1 / U(k, k) into `inverse`.
void factor_panel(float* a, std::int64_t stride, int k, int size, float const* diagonal, float* inverse) {
  for (int r = k; r < k + panel; ++r) {
    float* const row = a + r * stride;
    float const pivot = row[r];
    float const scale = pivot > rounding * diagonal[r] ? 1 / std::sqrt(pivot) : 0.0f;
    inverse[r] = scale;
    __m256 const factor = _mm256_set1_ps(scale);
    for (int c = vector_start(r); c < size; c += 8) {
      _mm256_storeu_ps(row + c, _mm256_mul_ps(factor, _mm256_loadu_ps(row + c)));
    }
    for (int s = r + 1; s < k + panel; ++s) eliminate(row[s], row, a + s * stride, s, size);
  }
}

/// Takes the panel's part from rows i and i + 1.
void update_two_rows(float* a, std::int64_t stride, int k, int i, int size) {
  __m256 factor[2][panel];
  for (int r = 0; r < panel; ++r) {
    factor[0][r] = _mm256_broadcast_ss(a + (k + r) * stride + i);
    factor[1][r] = _mm256_broadcast_ss(a + (k + r) * stride + i + 1);
  }
  float const* const pivots = a + k * stride;
  float* const first = a + i * stride;
  float* const second = first + stride;
  for (int c = vector_start(i); c < size; c += 8) {
    __m256 x = _mm256_loadu_ps(first + c);
    __m256 y = _mm256_loadu_ps(second + c);
    for (int r = 0; r < panel; ++r) {
      __m256 const p = _mm256_loadu_ps(pivots + r * stride + c);
      x = _mm256_fnmadd_ps(factor[0][r], p, x);
      y = _mm256_fnmadd_ps(factor[1][r], p, y);
    }
    _mm256_storeu_ps(first + c, x);
    _mm256_storeu_ps(second + c, y);
  }
}

}  // namespace

void solve_cholesky_avx2(float* a, std::int64_t stride, int size, float* b, float* x) {
  static thread_local VectorMemory memory;
  float* const inverse = memory.at_least(2 * std::int64_t{size});
  float* const diagonal = inverse + size;
  for (int i = 0; i < size; ++i) diagonal[i] = a[i * stride + i];
  for (int k = 0; k < size; k += panel) {
    factor_panel(a, stride, k, size, diagonal, inverse);
    for (int i = k + panel; i < size; i += 2) update_two_rows(a, stride, k, i, size);
  }
  // U'z = b. The solution is kept apart, because elimination also writes before its first column.
  for (int k = 0; k < size; ++k) {
    x[k] = b[k] * inverse[k];
    eliminate(x[k], a + k * stride, b, k + 1 < size ? k + 1 : k, size);
  }
  // Ux = z, from below; columns not yet solved count as zero.
  std::copy_n(x, size, b);
  std::fill_n(x, size, 0.0f);
  for (int k = size - 1; k >= 0; --k) {
    int const first = vector_start(k);
    x[k] = (b[k] - product(a + k * stride + first, x + first, size - first)) * inverse[k];
  }
}

void add_products_avx2(float const* left, float const* right, std::int64_t stride, std::int64_t count, int size,
                       float* out, std::int64_t out_stride) {
  for (int i = 0; i < size; i += 4) {
    for (int c = i / 16 * 16; c < size; c += 16) {
      __m256 sum[4][2];
      for (int r = 0; r < 4; ++r) {
        sum[r][0] = _mm256_loadu_ps(out + (i + r) * out_stride + c);
        sum[r][1] = _mm256_loadu_ps(out + (i + r) * out_stride + c + 8);
      }
      for (std::int64_t j = 0; j < count; ++j) {
        __m256 const low = _mm256_loadu_ps(right + j * stride + c);
        __m256 const high = _mm256_loadu_ps(right + j * stride + c + 8);
        for (int r = 0; r < 4; ++r) {
          __m256 const factor = _mm256_broadcast_ss(left + j * stride + i + r);
          sum[r][0] = _mm256_fmadd_ps(factor, low, sum[r][0]);
          sum[r][1] = _mm256_fmadd_ps(factor, high, sum[r][1]);
        }
      }
      for (int r = 0; r < 4; ++r) {
        _mm256_storeu_ps(out + (i + r) * out_stride + c, sum[r][0]);
        _mm256_storeu_ps(out + (i + r) * out_stride + c + 8, sum[r][1]);
      }
    }
  }
}

}  // namespace tidemill::kernels::host
