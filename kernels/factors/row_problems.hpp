#pragma once

#include <cstdint>

#include "kernels/device.hpp"

namespace tidemill::kernels {

/// Factors of entities: one row each, `width` columns, of which those after the model's number of factors are zero.
using FactorMatrix = Kokkos::View<float**, Kokkos::LayoutRight, DeviceMemory>;
using ConstFactorMatrix = Kokkos::View<float const**, Kokkos::LayoutRight, DeviceMemory>;

/// Columns of a FactorMatrix: the number of factors, filled up so that vectors have no tail.
constexpr int factor_width(int factors) { return (factors + 15) / 16 * 16; }

/// Implicit feedback seen from one side (users, or items), the other side's factors y held fixed. Row r minimises
///
///   sum over its pairs of (w s^2 - 2 b s + b) + x'Gx + ridge(r) |x|^2,      s = x.y,  w = weight_scale value,
///                                                                            b = w + extra_target
/// which is the objective of Rendle et al. 2021 (weight_scale 1, no values, extra_target 0: (s - 1)^2 per pair; with
/// values w (s - 1)^2) and of Hu, Koren & Volinsky 2008 (weight_scale alpha, extra_target 1). G is the weight of
/// unobserved pairs times the sum of yy' over all of the other side. The solution of a row depends on nothing but its
/// own pairs in their order.
struct RowProblems {
  Array<std::int64_t const> start;   ///< rows + 1 positions
  Array<std::int32_t const> column;  ///< rows of `fixed`
  Array<float const> value;          ///< parallel to `column`; empty: all 1
  ConstFactorMatrix fixed;           ///< factors of the other side
  ConstFactorMatrix gram;            ///< G, width x width, symmetric
  /// In principal axes (principal_axes.hpp) G's diagonal, and `gram` is empty: for exact solutions on hosts with AVX2
  /// (wants_principal_axes), and for row_losses, which do not need G.
  Array<float const> diagonal;
  Array<float const> ridge;  ///< per row
  float weight_scale = 1;
  float extra_target = 0;

  std::int64_t rows() const { return static_cast<std::int64_t>(ridge.extent(0)); }
  int width() const { return static_cast<int>(fixed.extent(1)); }
};

enum class RowSolverKind {
  exact,               ///< Cholesky
  conjugate_gradient,  ///< a few steps from the row's present factors
  blocks,              ///< iALS++: block after block of factors exactly, from the row's present factors
};
struct RowSolver {
  RowSolverKind kind = RowSolverKind::exact;
  int steps = 3;   ///< of conjugate gradient
  int block = 32;  ///< factors per block of iALS++; a multiple of 16
};

}  // namespace tidemill::kernels
