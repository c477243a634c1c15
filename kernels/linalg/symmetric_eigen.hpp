#pragma once

#include <cstdint>
#include <vector>

namespace tidemill::kernels {

/// Eigenvalues of a symmetric matrix, ascending. `matrix` is size x size doubles in host memory, row-major; its rows
/// become the eigenvectors, of length 1, in the same order. LAPACK's divide and conquer (dsyevd) on one thread: the
/// same matrix gives the same bits on every rank. Throws std::runtime_error when it does not converge (a matrix with
/// numbers that are not finite).
std::vector<double> symmetric_eigen(std::int64_t size, std::vector<double>& matrix);

}  // namespace tidemill::kernels
