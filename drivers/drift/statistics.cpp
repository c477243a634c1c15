#include "drivers/drift/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace tidemill::drivers {
namespace {

constexpr double smallest_share = 1e-4;

double total_of(std::span<std::int64_t const> counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
}

double both_sides(std::int64_t n, std::int64_t m) {
  return n > 0 && m > 0 ? 1 / static_cast<double>(n) + 1 / static_cast<double>(m) : 0;
}

}  // namespace

double population_stability(std::span<std::int64_t const> expected, std::span<std::int64_t const> actual) {
  double const n = total_of(expected), m = total_of(actual);
  if (n == 0 || m == 0) return 0;
  double index = 0;
  for (std::size_t bin = 0; bin < expected.size(); ++bin) {
    double const e = std::max(smallest_share, static_cast<double>(expected[bin]) / n);
    double const a = std::max(smallest_share, static_cast<double>(actual[bin]) / m);
    index += (a - e) * std::log(a / e);
  }
  return index;
}

double stability_expected(std::int64_t bins, std::int64_t n, std::int64_t m) {
  return static_cast<double>(std::max<std::int64_t>(bins - 1, 0)) * both_sides(n, m);
}

double stability_bound(std::int64_t bins, std::int64_t n, std::int64_t m, double z) {
  auto const degrees = static_cast<double>(std::max<std::int64_t>(bins - 1, 1));
  double const root = 1 - 2 / (9 * degrees) + z * std::sqrt(2 / (9 * degrees));
  return degrees * root * root * root * both_sides(n, m);
}

double jensen_shannon(std::span<std::int64_t const> expected, std::span<std::int64_t const> actual) {
  double const n = total_of(expected), m = total_of(actual);
  if (n == 0 || m == 0) return 0;
  double bits = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    double const e = static_cast<double>(expected[i]) / n, a = static_cast<double>(actual[i]) / m;
    double const middle = (e + a) / 2;
    if (e > 0) bits += e / 2 * std::log2(e / middle);
    if (a > 0) bits += a / 2 * std::log2(a / middle);
  }
  return std::clamp(bits, 0.0, 1.0);
}

double kolmogorov_p(double distance, std::int64_t n, std::int64_t m) {
  if (n == 0 || m == 0) return 1;
  double const lambda = distance / std::sqrt(both_sides(n, m));
  if (lambda < 0.2) return 1;  // less than 1e-12 below 1
  double sum = 0;
  if (lambda < 1) {  // the other form of the same function, which converges fast here
    for (int k = 1; k <= 9; k += 2)
      sum += std::exp(-k * k * std::numbers::pi * std::numbers::pi / (8 * lambda * lambda));
    return std::clamp(1 - std::sqrt(2 * std::numbers::pi) / lambda * sum, 0.0, 1.0);
  }
  for (int k = 1; k <= 9; ++k) sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2 * k * k * lambda * lambda);
  return std::clamp(sum, 0.0, 1.0);
}

}  // namespace tidemill::drivers
