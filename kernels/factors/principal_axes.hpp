#pragma once

#include <vector>

#include "kernels/factors/row_problems.hpp"

namespace tidemill::kernels {

/// An orthogonal basis in which the matrix G of RowProblems is diagonal.
struct PrincipalAxes {
  ConstFactorMatrix to_axes;    ///< width x width: x becomes x' = x to_axes (a row vector)
  ConstFactorMatrix from_axes;  ///< its transpose: x = x' from_axes
  Array<float const> diagonal;  ///< width: G in that basis, none below 0
};

/// True when solve_rows is faster on rows in principal axes (RowProblems::diagonal): exact solutions on hosts with
/// AVX2, where a row with few pairs is then solved by an equation per pair instead of one per factor.
bool wants_principal_axes(RowSolver const& solver);

/// Axes of scale * gram (width x width, symmetric, of which the first `factors` rows and columns are used; the others
/// stay as they are).
PrincipalAxes principal_axes(std::vector<double> const& gram, int factors, double scale);

/// Row r of `out` = row r of `rows` times `matrix` (width x width). A function of that row alone, the same bits
/// wherever it stands. `out` may be `rows`.
void rotate_rows(Exec const& exec, ConstFactorMatrix const& rows, ConstFactorMatrix const& matrix,
                 FactorMatrix const& out);

}  // namespace tidemill::kernels
