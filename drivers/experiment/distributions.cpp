#include "drivers/experiment/distributions.hpp"

#include <cmath>
#include <initializer_list>
#include <limits>
#include <numbers>

namespace tidemill::drivers {
namespace {

constexpr int most_terms = 10000;
constexpr double small_term = 1e-16;
constexpr double tiny_number = 1e-300;

double away_from_zero(double x) { return std::abs(x) < tiny_number ? tiny_number : x; }

/// Continued fraction of the incomplete beta function by the method of Lentz (DLMF 8.17.22).
double beta_fraction(double a, double b, double x) {
  double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), result = d;
  for (int m = 1; m < most_terms; ++m) {
    double const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    double const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double change = 1;
    for (double const term : {even, odd}) {
      d = 1 / away_from_zero(1 + term * d);
      c = away_from_zero(1 + term / c);
      change = c * d;
      result *= change;
    }
    if (std::abs(change - 1) < small_term) break;
  }
  return result;
}

/// Regularised incomplete beta function I_x(a, b).
double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  double const front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

/// Regularised upper incomplete gamma function Q(a, x): series below a + 1, continued fraction above (DLMF 8.7, 8.9).
double upper_gamma(double a, double x) {
  if (x <= 0) return 1;
  double const front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (int n = 1; n < most_terms && term > sum * small_term; ++n) sum += term *= x / (a + n);
    return 1 - front * sum;
  }
  double b = x + 1 - a, c = 1 / tiny_number, d = 1 / b, result = d;
  for (int n = 1; n < most_terms; ++n) {
    double const factor = -n * (n - a);
    b += 2;
    d = 1 / away_from_zero(factor * d + b);
    c = away_from_zero(b + factor / c);
    result *= c * d;
    if (std::abs(c * d - 1) < small_term) break;
  }
  return front * result;
}

/// Where a falling function of the distance from 0 reaches `chance`.
template <class TwoSided>
double distance_of(double chance, TwoSided const& two_sided) {
  double low = 0, high = 1;
  while (two_sided(high) > chance && high < 1e12) high *= 2;
  for (int step = 0; step < 200; ++step) {
    double const middle = (low + high) / 2;
    (two_sided(middle) > chance ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double normal_two_sided(double z) { return std::erfc(std::abs(z) / std::numbers::sqrt2); }

double student_two_sided(double t, double freedom) {
  if (std::isnan(t) || !(freedom > 0)) return std::numeric_limits<double>::quiet_NaN();
  return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

double chi_square_upper(double x, double freedom) {
  if (std::isnan(x) || !(freedom > 0)) return std::numeric_limits<double>::quiet_NaN();
  return upper_gamma(freedom / 2, x / 2);
}

double normal_distance(double chance) { return distance_of(chance, normal_two_sided); }

double student_distance(double chance, double freedom) {
  return distance_of(chance, [freedom](double t) { return student_two_sided(t, freedom); });
}

}  // namespace tidemill::drivers
