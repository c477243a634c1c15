#pragma once

#include <vector>

namespace tidemill::drivers::report {

/// Maps values to drawing positions.
struct Scale {
  double low = 0;   ///< value at `from`
  double high = 1;  ///< value at `to`
  double from = 0;
  double to = 1;
  /// The middle where all values are the same.
  double operator()(double value) const {
    return high == low ? (from + to) / 2 : from + (value - low) / (high - low) * (to - from);
  }
};

/// Round values (1, 2 or 5 times a power of ten apart) that cover low..high with about `count` steps, in order.
/// Low = high gives a range around it.
std::vector<double> nice_ticks(double low, double high, int count);

/// Decimals needed to tell ticks apart.
int decimals_of_step(std::vector<double> const& ticks);

}  // namespace tidemill::drivers::report
