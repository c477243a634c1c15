#pragma once

#include <cstdint>
#include <vector>

#include "kernels/device.hpp"

namespace tidemill::kernels {

/// Rows as bin numbers, twice: row-major for histograms (one cache line holds many features of a row) and column-major
/// for splitting nodes. Features are grouped in blocks of eight; the histogram of a block is a matrix of
/// block_bins x 8 cells, so that the eight features of a block are the lanes of one vector.
///   cell of (feature f, bin b): block_start[f / 8] + b * 8 + f % 8
struct BinnedRows {
  static constexpr std::int32_t block = 8;

  std::int64_t rows = 0;
  std::int32_t features = 0;
  std::int32_t stride = 0;                ///< bytes per row of row_major; the bytes after the last feature are 0
  Array<std::uint8_t> row_major;          ///< rows * stride, and 64 more so that wide loads stay inside
  Array<std::uint8_t> column_major;       ///< features * rows, and 64 more; empty when made without
  std::vector<std::int32_t> bins;         ///< per feature, the missing one included
  std::vector<std::int32_t> block_bins;   ///< largest of the block's features
  std::vector<std::int64_t> block_start;  ///< first cell of each block; one more than blocks

  std::int32_t blocks() const { return static_cast<std::int32_t>(block_bins.size()); }
  std::int64_t cells() const { return block_start.back(); }
};

/// Allocates (zeroed) for features of so many bins.
BinnedRows make_binned_rows(std::int64_t rows, std::vector<std::int32_t> const& bins);

/// Fills row_major from column_major.
void fill_row_major(Exec const& exec, BinnedRows const& rows);

}  // namespace tidemill::kernels
