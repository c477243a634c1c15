#pragma once

#include <cstdint>

#include "kernels/factors/row_problems.hpp"

namespace tidemill::kernels::host {

/// RowProblems as plain pointers.
struct HostRows {
  explicit HostRows(RowProblems const& problems)
      : start(problems.start.data()),
        column(problems.column.data()),
        value(problems.value.extent(0) == 0 ? nullptr : problems.value.data()),
        fixed(problems.fixed.data()),
        gram(problems.gram.data()),
        ridge(problems.ridge.data()),
        weight_scale(problems.weight_scale),
        extra_target(problems.extra_target),
        width(problems.width()) {}

  std::int64_t const* start;
  std::int32_t const* column;
  float const* value;
  float const* fixed;
  float const* gram;
  float const* ridge;
  float weight_scale;
  float extra_target;
  int width;
};

bool has_avx2();

/// One row of solve_rows; `x` are its factors. Only where has_avx2().
void solve_row_avx2(HostRows const& rows, RowSolver const& solver, std::int64_t row, float* x);

/// out(i, c) += sum over rows j < count of left(j, i) right(j, c), for c >= i - i % 16 (the rest is by symmetry or not
/// at all); row j begins at j * stride, `size` is a multiple of 16. Rows are added in order.
void add_products_avx2(float const* left, float const* right, std::int64_t stride, std::int64_t count, int size,
                       float* out, std::int64_t out_stride);

}  // namespace tidemill::kernels::host
