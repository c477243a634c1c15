#include <algorithm>

#include "kernels/factors/solve_row_host.hpp"
#include "kernels/factors/vector_avx2.hpp"

namespace tidemill::kernels::host {
namespace {

constexpr int panel_columns = 16;

/// Rows r < Rows of out(r, 0..15) = sum over i of rows(r, i) panel(i, 0..15), each in the order of i.
template <int Rows>
void multiply_panel(float const* rows, std::int64_t width, float const* panel, float* out) {
  __m256 low[Rows], high[Rows];
  for (int r = 0; r < Rows; ++r) low[r] = high[r] = _mm256_setzero_ps();
  for (std::int64_t i = 0; i < width; ++i) {
    __m256 const first = _mm256_loadu_ps(panel + i * panel_columns);
    __m256 const second = _mm256_loadu_ps(panel + i * panel_columns + 8);
    for (int r = 0; r < Rows; ++r) {
      __m256 const factor = _mm256_broadcast_ss(rows + r * width + i);
      low[r] = _mm256_fmadd_ps(factor, first, low[r]);
      high[r] = _mm256_fmadd_ps(factor, second, high[r]);
    }
  }
  for (int r = 0; r < Rows; ++r) {
    _mm256_storeu_ps(out + r * width, low[r]);
    _mm256_storeu_ps(out + r * width + 8, high[r]);
  }
}

}  // namespace

std::vector<float> packed_columns(float const* matrix, std::int64_t width) {
  std::vector<float> panels(static_cast<std::size_t>(width * width));
  auto out = panels.begin();
  for (std::int64_t c = 0; c < width; c += panel_columns) {
    for (std::int64_t i = 0; i < width; ++i) out = std::copy_n(matrix + i * width + c, panel_columns, out);
  }
  return panels;
}

void rotate_rows_avx2(float const* rows, float const* panels, std::int64_t width, std::int64_t count, float* out) {
  static thread_local VectorMemory memory;
  float* const source = memory.at_least(count * width);
  std::copy_n(rows, count * width, source);
  for (std::int64_t c = 0; c < width; c += panel_columns) {
    float const* const panel = panels + c * width;
    std::int64_t r = 0;
    for (; r + 6 <= count; r += 6) multiply_panel<6>(source + r * width, width, panel, out + r * width + c);
    for (; r < count; ++r) multiply_panel<1>(source + r * width, width, panel, out + r * width + c);
  }
}

}  // namespace tidemill::kernels::host
