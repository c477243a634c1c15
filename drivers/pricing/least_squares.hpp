#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tidemill::drivers {

/// Columns of a regression, one after another (column-major); all have `rows` values.
struct DesignMatrix {
  std::size_t rows = 0;
  std::vector<double> values;

  std::size_t columns() const { return rows == 0 ? 0 : values.size() / rows; }
  std::span<double> column(std::size_t j) { return std::span(values).subspan(j * rows, rows); }
  std::span<double const> column(std::size_t j) const { return std::span(values).subspan(j * rows, rows); }
  std::span<double> add_column();
};

/// Least squares by orthogonalising the columns in order (modified Gram-Schmidt, each column twice), so the order of
/// operations is fixed. A column that the ones before it explain up to 1e-9 of its length is left out: its
/// coefficient and variance are NaN.
struct LeastSquares {
  std::vector<double> coefficient;
  std::vector<double> residual;
  std::vector<double>
      unscaled_variance;    ///< diagonal of the inverse of X'X; times the residual variance: squared error
  double residual_sum = 0;  ///< of squares
  std::size_t rank = 0;

  /// Squared standard errors that hold without equal variances (White 1980, HC0): `error` is the error of each row in
  /// the units of the rows as given (after any weighting).
  std::vector<double> robust_variance(std::span<double const> error) const;

  std::vector<std::size_t> kept;      ///< columns that are not left out
  std::vector<double> orthogonal;     ///< kept columns made orthonormal, column-major
  std::vector<double> inverse_upper;  ///< inverse of R, kept x kept, row-major
};

LeastSquares solve_least_squares(DesignMatrix const& x, std::span<double const> y);

}  // namespace tidemill::drivers
