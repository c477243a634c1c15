#include "drivers/pricing/least_squares.hpp"

#include <cmath>
#include <limits>

namespace tidemill::drivers {
namespace {

constexpr double dependent = 1e-9;

double dot(std::span<double const> a, std::span<double const> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void subtract(std::span<double> from, double factor, std::span<double const> what) {
  for (std::size_t i = 0; i < from.size(); ++i) from[i] -= factor * what[i];
}

/// Takes the part along the orthonormal `basis` out of `vector`; adds its coordinates to `along`.
void project_out(std::vector<double> const& basis, std::span<double> vector, std::vector<double>& along) {
  std::size_t const rows = vector.size();
  std::size_t const size = rows == 0 ? 0 : basis.size() / rows;
  along.resize(size, 0.0);
  for (int pass = 0; pass < 2; ++pass) {  // the second pass takes out what rounding left in the first
    for (std::size_t k = 0; k < size; ++k) {
      std::span<double const> const q = std::span(basis).subspan(k * rows, rows);
      double const part = dot(q, vector);
      subtract(vector, part, q);
      along[k] += part;
    }
  }
}

/// Inverse of an upper triangular matrix given by its columns.
std::vector<double> invert_upper(std::vector<std::vector<double>> const& upper) {
  std::size_t const n = upper.size();
  std::vector<double> inverse(n * n, 0.0);
  for (std::size_t j = 0; j < n; ++j) {
    inverse[j * n + j] = 1.0 / upper[j][j];
    for (std::size_t i = j; i-- > 0;) {
      double sum = 0;
      for (std::size_t k = i + 1; k <= j; ++k) sum += upper[k][i] * inverse[k * n + j];
      inverse[i * n + j] = -sum / upper[i][i];
    }
  }
  return inverse;
}

}  // namespace

std::span<double> DesignMatrix::add_column() {
  values.resize(values.size() + rows);
  return column(columns() - 1);
}

LeastSquares solve_least_squares(DesignMatrix const& x, std::span<double const> y) {
  LeastSquares result;
  std::vector<std::vector<double>> upper;
  for (std::size_t j = 0; j < x.columns(); ++j) {
    std::vector<double> column(x.column(j).begin(), x.column(j).end());
    double const length = std::sqrt(dot(column, column));
    std::vector<double> along;
    project_out(result.orthogonal, column, along);
    double const rest = std::sqrt(dot(column, column));
    if (!(rest > dependent * length) || rest == 0) continue;
    for (double& value : column) value /= rest;
    along.push_back(rest);
    upper.push_back(std::move(along));
    result.orthogonal.insert(result.orthogonal.end(), column.begin(), column.end());
    result.kept.push_back(j);
  }
  result.rank = result.kept.size();
  result.residual.assign(y.begin(), y.end());
  std::vector<double> along;
  project_out(result.orthogonal, result.residual, along);
  result.residual_sum = dot(result.residual, result.residual);
  result.inverse_upper = invert_upper(upper);

  double const unknown = std::numeric_limits<double>::quiet_NaN();
  result.coefficient.assign(x.columns(), unknown);
  result.unscaled_variance.assign(x.columns(), unknown);
  for (std::size_t i = 0; i < result.rank; ++i) {
    double coefficient = 0, variance = 0;
    for (std::size_t k = i; k < result.rank; ++k) {
      double const inverse = result.inverse_upper[i * result.rank + k];
      coefficient += inverse * along[k];
      variance += inverse * inverse;
    }
    result.coefficient[result.kept[i]] = coefficient;
    result.unscaled_variance[result.kept[i]] = variance;
  }
  return result;
}

std::vector<double> LeastSquares::robust_variance(std::span<double const> error) const {
  std::vector<double> variance(coefficient.size(), std::numeric_limits<double>::quiet_NaN());
  std::size_t const rows = error.size();
  for (std::size_t i = 0; i < rank; ++i) {
    double sum = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      double influence = 0;
      for (std::size_t k = i; k < rank; ++k) influence += inverse_upper[i * rank + k] * orthogonal[k * rows + row];
      sum += influence * influence * error[row] * error[row];
    }
    variance[kept[i]] = sum;
  }
  return variance;
}

}  // namespace tidemill::drivers
