#pragma once

#include <span>
#include <vector>

namespace tidemill::kernels {

/// A penalised quadratic: 1/2 b'Ab - c'b + ridge/2 sum' b_j^2 + lasso sum' |b_j|, where sum' leaves out the first
/// coefficient (the intercept). A is row-major, symmetric, positive semi-definite.
struct Quadratic {
  std::span<double const> a;
  std::span<double const> c;
  double ridge = 0;
  double lasso = 0;
};

/// The minimum: Cholesky without lasso, otherwise coordinate descent from `start` (Friedman et al. 2010). A direction
/// that A does not determine gets coefficient 0. Plain host code with a fixed order of operations.
std::vector<double> minimise(Quadratic const& problem, std::span<double const> start);

}  // namespace tidemill::kernels
