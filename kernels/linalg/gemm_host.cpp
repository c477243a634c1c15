#include <cblas.h>

#include "kernels/linalg/gemm.hpp"

namespace tidemill::kernels {
namespace {

/// Ranks and Kokkos fill the cores; threads inside BLAS would only fight them.
void use_one_blas_thread() {
  static bool const done = (openblas_set_num_threads(1), true);
  (void)done;
}

}  // namespace

void gemm(GemmShape const& shape, double alpha, double const* a, double const* b, double beta, double* out) {
  use_one_blas_thread();
  auto const rows = static_cast<int>(shape.rows), columns = static_cast<int>(shape.columns),
             depth = static_cast<int>(shape.depth);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, shape.b_is_transposed ? CblasTrans : CblasNoTrans, rows, columns, depth,
              alpha, a, depth, b, shape.b_is_transposed ? depth : columns, beta, out, columns);
}

}  // namespace tidemill::kernels
