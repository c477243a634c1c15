#pragma once

#include <cstdint>

namespace tidemill::kernels {

/// Shapes of a product of matrices: out (rows x columns), depth numbers per sum.
struct GemmShape {
  std::int64_t rows = 0, columns = 0, depth = 0;
  bool b_is_transposed = false;  ///< b is columns x depth instead of depth x columns
};

/// out = alpha a b + beta out, or alpha a b' + beta out. Row-major doubles in host memory without gaps between rows; a
/// is rows x depth; `out` overlaps neither a nor b and is not read when beta is 0. The host's BLAS (gemm_host.cpp) runs
/// on one thread; where Kokkos runs on CUDA, cuBLAS takes its place (gemm_cublas.cu): the same to rounding, about depth
/// 2^-53 relative to the products' sizes. The same call gives the same bits on every rank of either build. Throws
/// std::runtime_error when the GPU or its memory fails.
void gemm(GemmShape const& shape, double alpha, double const* a, double const* b, double beta, double* out);

}  // namespace tidemill::kernels
