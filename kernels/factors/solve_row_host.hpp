#pragma once

#include <cstdint>
#include <vector>

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
        diagonal(problems.diagonal.extent(0) == 0 ? nullptr : problems.diagonal.data()),
        ridge(problems.ridge.data()),
        weight_scale(problems.weight_scale),
        extra_target(problems.extra_target),
        width(problems.width()) {}

  std::int64_t const* start;
  std::int32_t const* column;
  float const* value;
  float const* fixed;
  float const* gram;
  float const* diagonal;
  float const* ridge;
  float weight_scale;
  float extra_target;
  int width;
};

bool has_avx2();

/// One row of solve_rows; `x` are its factors. Only where has_avx2().
void solve_row_avx2(HostRows const& rows, RowSolver const& solver, std::int64_t row, float* x);

/// True for a row that solve_few_pairs_avx2 can solve: in principal axes, with fewer pairs than factors, all of them of
/// some weight, and a ridge that keeps the axes apart from 0.
bool has_few_pairs(HostRows const& rows, std::int64_t row);
/// The exact solution of such a row by an equation per pair. With D = G + ridge, W the weights and b the targets of the
/// pairs and V their rows, the solution of (D + V'WV) x = V'b is x = D^-1 V'z, where (W^-1 + V D^-1 V') z = W^-1 b
/// (Woodbury 1950): for n pairs and d factors n^2 d / 2 + n^3 / 6 products and sums instead of n d^2 / 2 + d^3 / 6.
void solve_few_pairs_avx2(HostRows const& rows, std::int64_t row, float* x);

/// The columns of a width x width matrix in the order rotate_rows_avx2 reads them.
std::vector<float> packed_columns(float const* matrix, std::int64_t width);
/// count x width rows times the matrix of `panels`, each a function of itself alone; `out` may be `rows`.
void rotate_rows_avx2(float const* rows, float const* panels, std::int64_t width, std::int64_t count, float* out);

/// out(i, c) += sum over rows j < count of left(j, i) right(j, c), for c >= i - i % 16 (the rest is by symmetry or not
/// at all); row j begins at j * stride, `size` is a multiple of 16. Rows are added in order.
void add_products_avx2(float const* left, float const* right, std::int64_t stride, std::int64_t count, int size,
                       float* out, std::int64_t out_stride);

}  // namespace tidemill::kernels::host
