#pragma once

#include <cstdint>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Rows and columns of a square block. Sums are made block by block, so results depend on it.
inline constexpr std::int64_t block_side = 128;

/// The lower triangle of a symmetric matrix in square blocks of fixed size; each rank holds consecutive rows of blocks
/// of about equal area. Only the cuts depend on the number of ranks. Rows beyond the last fill the last block.
///
///   rank 0 | X        row i of blocks lies in memory as `block` rows of (i + 1) * block numbers
///          | X X
///   rank 1 | X X X
struct LowerBlocks {
  static constexpr std::int64_t block = block_side;
  std::int64_t size = 0;    ///< rows of the matrix
  std::int64_t blocks = 0;  ///< rows of blocks
  std::int64_t first = 0;   ///< this rank's
  std::int64_t end = 0;
  std::vector<double> value;

  LowerBlocks() = default;
  /// Zeros. Not collective.
  LowerBlocks(std::int64_t size, int rank, int ranks);

  double* row(std::int64_t i) { return value.data() + (triangle(i) - triangle(first)) * block * block; }
  double const* row(std::int64_t i) const { return value.data() + (triangle(i) - triangle(first)) * block * block; }
  bool is_mine(std::int64_t i) const { return i >= first && i < end; }
  /// This rank's blocks among all, in the order of memory.
  io::RowRange range() const { return {triangle(first), triangle(end) - triangle(first), triangle(blocks)}; }
  /// Blocks above row i.
  static std::int64_t triangle(std::int64_t i) { return i * (i + 1) / 2; }
};

}  // namespace tidemill::drivers
