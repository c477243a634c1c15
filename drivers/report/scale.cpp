#include "drivers/report/scale.hpp"

#include <algorithm>
#include <cmath>

namespace tidemill::drivers::report {

std::vector<double> nice_ticks(double low, double high, int count) {
  if (!(high > low)) {
    double const around = low == 0 ? 1 : std::abs(low) * 0.5;
    high = low + around;
    low -= low == 0 ? 0 : around;
  }
  double const rough = (high - low) / std::max(count, 1);
  double const power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (double const factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * 0.999) {
      step = factor * power;
      break;
    }
  }
  auto const first = std::floor(low / step + 1e-9);
  auto const last = std::ceil(high / step - 1e-9);
  std::vector<double> ticks;
  for (double k = first; k <= last; k += 1) ticks.push_back(k * step);
  return ticks;
}

int decimals_of_step(std::vector<double> const& ticks) {
  if (ticks.size() < 2) return 0;
  return std::max(0, static_cast<int>(-std::floor(std::log10(ticks[1] - ticks[0]) + 1e-9)));
}

}  // namespace tidemill::drivers::report
