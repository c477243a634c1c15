#include "kernels/linear/quadratic.hpp"

#include <algorithm>
#include <cmath>

namespace tidemill::kernels {
namespace {

std::vector<double> solve_by_cholesky(Quadratic const& problem) {
  std::size_t const n = problem.c.size();
  std::vector<double> l(problem.a.begin(), problem.a.end());
  for (std::size_t j = 1; j < n; ++j) l[j * n + j] += problem.ridge;
  double largest = 0;
  for (std::size_t j = 0; j < n; ++j) largest = std::max(largest, l[j * n + j]);
  std::vector<bool> is_free(n, true);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      double sum = l[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= l[i * n + k] * l[j * n + k];
      if (i == j) {
        is_free[j] = sum > 1e-11 * largest;
        l[j * n + j] = is_free[j] ? std::sqrt(sum) : 0;
      } else {
        l[i * n + j] = is_free[j] ? sum / l[j * n + j] : 0;
      }
    }
  }
  std::vector<double> b(problem.c.begin(), problem.c.end());
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= l[i * n + k] * b[k];
    b[i] = is_free[i] ? b[i] / l[i * n + i] : 0;
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= l[k * n + i] * b[k];
    b[i] = is_free[i] ? b[i] / l[i * n + i] : 0;
  }
  return b;
}

double soft_threshold(double value, double by) { return value > by ? value - by : value < -by ? value + by : 0; }

std::vector<double> descend(Quadratic const& problem, std::span<double const> start) {
  std::size_t const n = problem.c.size();
  std::vector<double> b(start.begin(), start.end());
  std::vector<double> gradient(problem.c.begin(), problem.c.end());  // c - A b
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) gradient[i] -= problem.a[i * n + j] * b[j];
  }
  for (int sweep = 0; sweep < 10000; ++sweep) {
    double largest_change = 0;
    for (std::size_t j = 0; j < n; ++j) {
      double const curvature = problem.a[j * n + j];
      double const penalty = j == 0 ? 0 : 1;
      if (!(curvature > 0)) continue;
      double const next = soft_threshold(gradient[j] + curvature * b[j], penalty * problem.lasso) /
                          (curvature + penalty * problem.ridge);
      double const change = next - b[j];
      if (change == 0) continue;
      for (std::size_t i = 0; i < n; ++i) gradient[i] -= problem.a[j * n + i] * change;
      b[j] = next;
      largest_change = std::max(largest_change, std::abs(change) * std::sqrt(curvature));
    }
    if (largest_change < 1e-10) break;
  }
  return b;
}

}  // namespace

std::vector<double> minimise(Quadratic const& problem, std::span<double const> start) {
  return problem.lasso > 0 ? descend(problem, start) : solve_by_cholesky(problem);
}

}  // namespace tidemill::kernels
