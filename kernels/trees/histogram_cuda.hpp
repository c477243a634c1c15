#pragma once

#include <cstdint>

namespace tidemill::kernels::cuda {

/// One node's histogram for eight features on a GPU: plain pointers to device memory, no Kokkos. The same integers as
/// kernels::build_histogram makes, so the same model.
struct HistogramWork {
  std::uint8_t const* row_major;  ///< rows x stride bin numbers
  std::int64_t stride;            ///< bytes per row; a multiple of 8
  std::int32_t first_feature;     ///< a multiple of 8
  std::int32_t bins;              ///< largest number of bins of the eight features; at most 256
  std::int32_t const* quantised;  ///< per row: gradient in the high, hessian in the low 16 bits
  std::uint32_t const* index;     ///< rows of the node, or null for rows 0 .. count - 1
  std::int64_t count;
  unsigned long long* gradients;  ///< bins x 8 sums (two's complement), added to
  unsigned long long* hessians;   ///< bins x 8 sums, added to; null when every row's hessian is one unit
  unsigned long long* rows;       ///< bins x 8 numbers of rows, added to; null when not wanted
};

/// Queues the sums on `stream` (a cudaStream_t) and returns the CUDA error code, 0 for success. Each thread block keeps
/// its cells in shared memory as 32-bit integers, two or three atomic additions per row and feature, and takes few
/// enough rows that they cannot overflow; then it adds them to the 64-bit results.
int add_histogram(HistogramWork const& work, void* stream);

}  // namespace tidemill::kernels::cuda
