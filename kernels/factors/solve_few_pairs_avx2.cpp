#include <algorithm>
#include <cmath>

#include "kernels/factors/solve_row_host.hpp"
#include "kernels/factors/vector_avx2.hpp"

namespace tidemill::kernels::host {
namespace {

/// Columns that are turned to rows together: with a few dozen pairs they stay in L1.
constexpr int turned_together = 64;
/// In units of G's largest entry: below, float loses too much of what the ridge adds.
constexpr float least_ridge = 1e-5f;

__m256 pairs_of_halves(__m256 a, __m256 b) { return _mm256_permute2f128_ps(a, b, 0x20); }
__m256 pairs_of_other_halves(__m256 a, __m256 b) { return _mm256_permute2f128_ps(a, b, 0x31); }

/// out(c, 0..7) = row[0..7](c) scale(c) for eight columns c.
void turn_eight(float const* const* row, std::int64_t column, float const* scale, float* out, std::int64_t stride) {
  __m256 a[8], b[8];
  __m256 const factor = _mm256_loadu_ps(scale + column);
  for (int r = 0; r < 8; ++r) a[r] = _mm256_mul_ps(factor, _mm256_loadu_ps(row[r] + column));
  for (int r = 0; r < 8; r += 2) {
    b[r] = _mm256_unpacklo_ps(a[r], a[r + 1]);
    b[r + 1] = _mm256_unpackhi_ps(a[r], a[r + 1]);
  }
  for (int r = 0; r < 8; r += 4) {
    a[r] = _mm256_shuffle_ps(b[r], b[r + 2], 0x44);
    a[r + 1] = _mm256_shuffle_ps(b[r], b[r + 2], 0xee);
    a[r + 2] = _mm256_shuffle_ps(b[r + 1], b[r + 3], 0x44);
    a[r + 3] = _mm256_shuffle_ps(b[r + 1], b[r + 3], 0xee);
  }
  for (int c = 0; c < 4; ++c) {
    _mm256_storeu_ps(out + c * stride, pairs_of_halves(a[c], a[c + 4]));
    _mm256_storeu_ps(out + (c + 4) * stride, pairs_of_other_halves(a[c], a[c + 4]));
  }
}

/// The rows of a row's pairs, filled up with zeros to a multiple of 16.
struct PairRows {
  float const* const* row;
  std::int64_t filled;
};

/// matrix += A A' where A(j, c) = row j (c) scale(c); upper triangle of filled x filled.
void add_inner_products(PairRows const& pairs, int width, float const* scale, float* matrix) {
  static thread_local VectorMemory memory;
  float* const turned = memory.at_least(turned_together * pairs.filled);
  for (int from = 0; from < width; from += turned_together) {
    int const count = std::min(turned_together, width - from);
    for (std::int64_t j = 0; j < pairs.filled; j += 8) {
      for (int c = 0; c < count; c += 8) {
        turn_eight(pairs.row + j, from + c, scale, turned + c * pairs.filled + j, pairs.filled);
      }
    }
    add_products_avx2(turned, turned, pairs.filled, count, static_cast<int>(pairs.filled), matrix, pairs.filled);
  }
}

/// scale = (diagonal + ridge)^-1/2
void inverse_lengths(float const* diagonal, float ridge, int width, float* scale) {
  for (int i = 0; i < width; ++i) scale[i] = 1 / std::sqrt(diagonal[i] + ridge);
}

PairRows pair_rows(HostRows const& rows, std::int64_t row) {
  static thread_local std::vector<float const*> pointers;
  static thread_local std::vector<float> zeros;
  zeros.assign(static_cast<std::size_t>(rows.width), 0.0f);
  pointers.clear();
  for (std::int64_t j = rows.start[row]; j < rows.start[row + 1]; ++j) {
    pointers.push_back(rows.fixed + std::int64_t{rows.column[j]} * rows.width);
  }
  while (pointers.size() % 16 != 0) pointers.push_back(zeros.data());
  return {pointers.data(), static_cast<std::int64_t>(pointers.size())};
}

}  // namespace

bool has_few_pairs(HostRows const& rows, std::int64_t row) {
  std::int64_t const first = rows.start[row], count = rows.start[row + 1] - first;
  if (rows.diagonal == nullptr || count >= rows.width) return false;
  float const largest = *std::max_element(rows.diagonal, rows.diagonal + rows.width);
  if (!(rows.ridge[row] > least_ridge * largest) || !(rows.weight_scale > 0)) return false;
  return rows.value == nullptr ||
         std::all_of(rows.value + first, rows.value + first + count, [](float value) { return value > 0; });
}

void solve_few_pairs_avx2(HostRows const& rows, std::int64_t row, float* x) {
  static thread_local VectorMemory memory;
  PairRows const pairs = pair_rows(rows, row);
  std::int64_t const first = rows.start[row], count = rows.start[row + 1] - first, size = pairs.filled;
  float* const matrix = memory.at_least(size * (size + 2) + rows.width);
  float* const right_side = matrix + size * size;
  float* const solution = right_side + size;
  float* const scale = solution + size;
  std::fill_n(matrix, size * (size + 2), 0.0f);
  for (std::int64_t j = 0; j < size; ++j) {
    float const weight =
        j >= count || rows.value == nullptr ? rows.weight_scale : rows.weight_scale * rows.value[first + j];
    matrix[j * size + j] = 1 / weight;
    if (j < count) right_side[j] = (weight + rows.extra_target) / weight;
  }
  inverse_lengths(rows.diagonal, rows.ridge[row], rows.width, scale);
  add_inner_products(pairs, rows.width, scale, matrix);
  solve_cholesky_avx2(matrix, size, static_cast<int>(size), right_side, solution);
  std::fill_n(x, rows.width, 0.0f);
  for (std::int64_t j = 0; j < count; ++j) add_multiple(solution[j], pairs.row[j], x, rows.width);
  for (int i = 0; i < rows.width; ++i) x[i] *= scale[i] * scale[i];
}

}  // namespace tidemill::kernels::host
