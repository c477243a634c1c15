#pragma once

#include <cstdint>
#include <span>

namespace tidemill::kernels {

/// Row-major blocks of doubles in host memory. Products are gemm()'s (kernels/linalg): their shapes depend on the
/// arguments only, so the same call gives the same bits on every rank.

/// Replaces a symmetric positive definite matrix of n rows (its lower triangle counts) by its inverse, both triangles.
/// False, with the matrix spoilt, when a pivot is not above 0.
bool invert_positive_definite(std::span<double> matrix, std::int64_t n);

/// out (m x k) = a (m x k) s, where s (k x k) is symmetric.
void multiply_symmetric(double const* a, double const* s, std::int64_t m, std::int64_t k, double* out);

/// out (m x n) -= a (m x k) b', where b is n x k.
void subtract_product(double const* a, double const* b, std::int64_t m, std::int64_t n, std::int64_t k, double* out);

/// to (n x m) = transpose of from (m x n), whose rows are `stride` apart.
void transpose_block(double const* from, std::int64_t stride, std::int64_t m, std::int64_t n, double* to);

}  // namespace tidemill::kernels
