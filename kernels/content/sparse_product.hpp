#pragma once

#include <cstdint>

#include "kernels/device.hpp"

namespace tidemill::kernels {

/// A matrix of few entries: row r has entries start(r) .. start(r + 1) - 1, with ascending columns.
struct SparseMatrix {
  Array<std::int64_t const> start;  ///< rows + 1
  Array<std::int32_t const> column;
  Array<float const> value;
};

/// A dense matrix, row-major.
using ScoreMatrix = Kokkos::View<float**, Kokkos::LayoutRight, DeviceMemory>;

/// out(q, j) += sum over entries (r, w) of row q of `left` of w right(r, j), added in the order of the entries, so a
/// row of the result does not depend on the other rows. `out` is (rows of left, columns of right).
void add_sparse_product(Exec const& exec, SparseMatrix const& left, SparseMatrix const& right, ScoreMatrix const& out);

}  // namespace tidemill::kernels
