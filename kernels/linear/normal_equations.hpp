#pragma once

#include <cstdint>

#include "kernels/device.hpp"

namespace tidemill::kernels {

/// Rows of a design matrix, row-major.
using RowMatrix = Kokkos::View<double**, Kokkos::LayoutRight, DeviceMemory>;
/// One square matrix per block of rows.
using BlockMatrices = Kokkos::View<double***, Kokkos::LayoutRight, DeviceMemory>;

/// Weighted normal equations, one partial sum per fixed block of rows: with Z = [x, response],
/// out(b, i, j) = sum over rows r of block first_block + b of weight(r) Z(r, i) Z(r, j) for j <= i; other entries stay
/// as they are. Rows are added in order, so a block's numbers do not depend on who computes it. `out` is
/// (blocks, columns + 1, columns + 1); a block beyond the last row is zero.
void block_normal_equations(Exec const& exec, RowMatrix const& x, Array<double> const& weight,
                            Array<double> const& response, std::int64_t block_rows, std::int64_t first_block,
                            BlockMatrices const& out);

/// out(r) = sum_j x(r, j) coefficient(j), added in column order.
void linear_scores(Exec const& exec, RowMatrix const& x, Array<double> const& coefficient, Array<double> const& out);

}  // namespace tidemill::kernels
