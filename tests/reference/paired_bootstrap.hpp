#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/random/poisson.hpp"

namespace tidemill::tests {

/// Sums over rows in plain doubles, resample by resample: the specification of the gate's bootstrap.
struct PlainGate {
  std::vector<std::uint64_t> unit;
  std::vector<double> champion, challenger, denominator;

  static double weight(std::uint64_t seed, std::uint64_t unit, int resample) {
    return kernels::poisson_weights(seed, unit, static_cast<std::uint32_t>(resample / 4), 0x67617465).of[resample % 4];
  }

  /// Improvements sqrt(champion / denominator) - sqrt(challenger / denominator) of all resamples, ascending.
  std::vector<double> root_gains(std::uint64_t seed, int resamples) const {
    std::vector<double> gains;
    for (int b = 0; b < resamples; ++b) {
      double old_sum = 0, new_sum = 0, count = 0;
      for (std::size_t i = 0; i < unit.size(); ++i) {
        double const times = weight(seed, unit[i], b);
        old_sum += times * champion[i];
        new_sum += times * challenger[i];
        count += times * denominator[i];
      }
      gains.push_back(std::sqrt(old_sum / count) - std::sqrt(new_sum / count));
    }
    std::sort(gains.begin(), gains.end());
    return gains;
  }
};

}  // namespace tidemill::tests
