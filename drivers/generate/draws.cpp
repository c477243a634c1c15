#include "drivers/generate/draws.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/random/philox.hpp"

namespace tidemill::drivers {

double Draws::uniform() {
  auto const block = kernels::Philox::block(seed_, id_, step_++, purpose_);
  return kernels::Philox::uniform(block.word[0], block.word[1]);
}

std::int64_t Draws::below(std::int64_t limit) {
  return std::min(limit - 1, static_cast<std::int64_t>(uniform() * static_cast<double>(limit)));
}

bool Draws::chance(double probability) { return uniform() < probability; }

double Draws::between(double low, double high) { return low + (high - low) * uniform(); }

double Draws::normal() {
  double const radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

double Draws::gamma(double shape) {
  double const d = shape - 1.0 / 3.0;
  double const c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    double const x = normal();
    double const v = std::pow(1.0 + c * x, 3);
    if (v > 0.0 && std::log(1.0 - uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

std::int64_t Draws::poisson(double mean) {
  std::int64_t count = 0;
  while (mean > 0.0) {
    double const piece = std::min(mean, 32.0);
    mean -= piece;
    double term = std::exp(-piece);
    double left = uniform() - term;
    // The bound only guards against a sum that rounding keeps below the drawn number.
    for (std::int64_t k = 1; left >= 0.0 && k < 400; ++k, ++count) {
      term *= piece / static_cast<double>(k);
      left -= term;
    }
  }
  return count;
}

std::int64_t Draws::negative_binomial(double mean, double size) {
  return mean > 0.0 ? poisson(mean * gamma(size) / size) : 0;
}

}  // namespace tidemill::drivers
