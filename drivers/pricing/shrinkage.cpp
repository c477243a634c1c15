#include "drivers/pricing/shrinkage.hpp"

#include <algorithm>
#include <cmath>

namespace tidemill::drivers {

void shrink_to_mean(std::span<double const> estimates, std::span<double const> errors, std::span<Shrunk> out) {
  auto const counts = [&](std::size_t i) { return std::isfinite(estimates[i]) && errors[i] > 0; };
  double number = 0, weights = 0, squares = 0, sum = 0;
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    out[i] = {estimates[i], errors[i], 1.0};
    if (!counts(i)) continue;
    double const weight = 1 / (errors[i] * errors[i]);
    number += 1;
    weights += weight;
    squares += weight * weight;
    sum += weight * estimates[i];
  }
  if (number < 2) return;
  double const fixed_mean = sum / weights;
  double spread = 0;
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    if (counts(i)) spread += (estimates[i] - fixed_mean) * (estimates[i] - fixed_mean) / (errors[i] * errors[i]);
  }
  double const tau2 = std::max(0.0, (spread - (number - 1)) / (weights - squares / weights));
  double random_weights = 0, random_sum = 0;
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    if (!counts(i)) continue;
    double const weight = 1 / (errors[i] * errors[i] + tau2);
    random_weights += weight;
    random_sum += weight * estimates[i];
  }
  double const mean = random_sum / random_weights;
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    if (!counts(i)) continue;
    double const variance = errors[i] * errors[i];
    double const w = tau2 / (tau2 + variance);
    out[i] = {w * estimates[i] + (1 - w) * mean, std::sqrt(w * variance + (1 - w) * (1 - w) / random_weights), w};
  }
}

}  // namespace tidemill::drivers
