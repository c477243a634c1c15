#pragma once

#include <immintrin.h>

#include <cstdint>
#include <new>

namespace tidemill::kernels::host {

/// Floats that begin at a cache line and grow when asked to; contents are not kept.
class VectorMemory {
 public:
  VectorMemory() = default;
  VectorMemory(VectorMemory const&) = delete;
  VectorMemory& operator=(VectorMemory const&) = delete;
  ~VectorMemory() { release(); }
  float* at_least(std::int64_t count) {
    if (count > size_) {
      release();
      data_ = static_cast<float*>(::operator new(static_cast<std::size_t>(count) * sizeof(float), line));
      size_ = count;
    }
    return data_;
  }

 private:
  static constexpr std::align_val_t line{64};
  void release() {
    if (data_ != nullptr) ::operator delete(data_, line);
    data_ = nullptr;
  }
  float* data_ = nullptr;
  std::int64_t size_ = 0;
};

inline float sum_of(__m256 v) {
  __m128 const halves = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  __m128 const pairs = _mm_add_ps(halves, _mm_movehl_ps(halves, halves));
  return _mm_cvtss_f32(_mm_add_ss(pairs, _mm_movehdup_ps(pairs)));
}

/// The sums of four vectors, side by side.
inline __m128 sums_of(__m256 a, __m256 b, __m256 c, __m256 d) {
  __m256 const all = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
  return _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1));
}

/// a.b; `size` is a multiple of 8.
inline float product(float const* a, float const* b, int size) {
  __m256 sum = _mm256_setzero_ps();
  for (int i = 0; i < size; i += 8) sum = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), sum);
  return sum_of(sum);
}

/// y += factor x
inline void add_multiple(float factor, float const* x, float* y, int size) {
  __m256 const f = _mm256_set1_ps(factor);
  for (int i = 0; i < size; i += 8) {
    _mm256_storeu_ps(y + i, _mm256_fmadd_ps(f, _mm256_loadu_ps(x + i), _mm256_loadu_ps(y + i)));
  }
}

/// out(c) = sum over i < rows of a(i, c) x(i), columns c .. c + 8 * Vectors.
template <int Vectors>
inline void multiply_columns(float const* a, std::int64_t stride, int rows, float const* x, float* out) {
  __m256 sum[Vectors];
  for (int v = 0; v < Vectors; ++v) sum[v] = _mm256_setzero_ps();
  for (int i = 0; i < rows; ++i) {
    __m256 const xi = _mm256_broadcast_ss(x + i);
    for (int v = 0; v < Vectors; ++v) sum[v] = _mm256_fmadd_ps(xi, _mm256_loadu_ps(a + i * stride + 8 * v), sum[v]);
  }
  for (int v = 0; v < Vectors; ++v) _mm256_storeu_ps(out + 8 * v, sum[v]);
}

/// out = A'x for A with `rows` rows and `columns` (a multiple of 16) columns. For a symmetric A that is Ax.
inline void multiply(float const* a, std::int64_t stride, int rows, int columns, float const* x, float* out) {
  int c = 0;
  for (; c + 64 <= columns; c += 64) multiply_columns<8>(a + c, stride, rows, x, out + c);
  for (; c + 32 <= columns; c += 32) multiply_columns<4>(a + c, stride, rows, x, out + c);
  for (; c < columns; c += 16) multiply_columns<2>(a + c, stride, rows, x, out + c);
}

/// Solves A x = b by Cholesky for symmetric positive definite A (size x size, a multiple of 16, upper triangle used,
/// overwritten). `b` is overwritten; a direction that A does not determine gets 0.
void solve_cholesky_avx2(float* a, std::int64_t stride, int size, float* b, float* x);

}  // namespace tidemill::kernels::host
