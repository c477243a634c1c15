#include "kernels/linalg/host_product.hpp"

#include <algorithm>
#include <cstring>

namespace tidemill::kernels {
namespace {

/// Columns of b are packed in panels of this many: two vectors of eight, so that four rows' sums stay in registers.
constexpr std::int64_t panel_columns = 16;

/// Eight lanes. A type of its own, because compilers keep an array of sums in memory instead of in registers.
typedef float Lanes __attribute__((vector_size(32)));

/// Panel p holds, for each k, columns 16 p ... of b (zeros behind the last).
void pack_panels(GemmShape const& shape, float const* b, std::vector<float>& packed) {
  std::int64_t const panels = (shape.columns + panel_columns - 1) / panel_columns;
  packed.assign(static_cast<std::size_t>(panels * shape.depth * panel_columns), 0.0F);
  for (std::int64_t first = 0; first < shape.columns; first += panel_columns) {
    float* const panel = packed.data() + first * shape.depth;
    std::int64_t const count = std::min(panel_columns, shape.columns - first);
    if (shape.b_is_transposed) {
      for (std::int64_t l = 0; l < count; ++l) {
        float const* const column = b + (first + l) * shape.depth;
        for (std::int64_t k = 0; k < shape.depth; ++k) panel[k * panel_columns + l] = column[k];
      }
    } else {
      for (std::int64_t k = 0; k < shape.depth; ++k) {
        std::copy_n(b + k * shape.columns + first, count, panel + k * panel_columns);
      }
    }
  }
}

template <int rows>
void multiply_panel(GemmShape const& shape, float const* a, float const* panel, std::int64_t first, float* out) {
  Lanes low[rows] = {}, high[rows] = {};
  for (std::int64_t k = 0; k < shape.depth; ++k) {
    Lanes left, right;
    std::memcpy(&left, panel + k * panel_columns, sizeof(left));
    std::memcpy(&right, panel + k * panel_columns + panel_columns / 2, sizeof(right));
    for (int r = 0; r < rows; ++r) {
      float const x = a[r * shape.depth + k];
      low[r] += x * left;
      high[r] += x * right;
    }
  }
  std::int64_t const count = std::min(panel_columns, shape.columns - first);
  for (int r = 0; r < rows; ++r) {
    float sum[panel_columns];
    std::memcpy(sum, &low[r], sizeof(Lanes));
    std::memcpy(sum + panel_columns / 2, &high[r], sizeof(Lanes));
    std::copy_n(sum, count, out + r * shape.columns + first);
  }
}

}  // namespace

void host_product(GemmShape const& shape, float const* a, float const* b, float* out, std::vector<float>& packed) {
  pack_panels(shape, b, packed);
  for (std::int64_t first = 0; first < shape.columns; first += panel_columns) {
    float const* const panel = packed.data() + first * shape.depth;
    std::int64_t row = 0;
    for (; row + 4 <= shape.rows; row += 4) {
      multiply_panel<4>(shape, a + row * shape.depth, panel, first, out + row * shape.columns);
    }
    for (; row < shape.rows; ++row) {
      multiply_panel<1>(shape, a + row * shape.depth, panel, first, out + row * shape.columns);
    }
  }
}

}  // namespace tidemill::kernels
