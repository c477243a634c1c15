#include "drivers/trees/exact_sum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tidemill::drivers {

double power_of_two_scale(double largest, double limit) {
  if (!(largest > 0)) return 1;
  int exponent = std::ilogb(limit / largest);
  while (largest * std::ldexp(1.0, exponent) > limit) --exponent;
  return std::ldexp(1.0, std::clamp(exponent, -1000, 1000));
}

double fixed_point_scale(double largest, std::int64_t rows) {
  int const row_bits = std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(rows, 1)));
  return power_of_two_scale(largest, std::ldexp(1.0, std::min(50, 62 - row_bits)));
}

double exact_sum(io::Comm const& comm, std::span<double const> values) {
  double largest = 0;
  for (double const value : values) largest = std::max(largest, std::abs(value));
  largest = comm.max(largest);
  double const scale = fixed_point_scale(largest, comm.sum(static_cast<std::int64_t>(values.size())));
  std::int64_t sum = 0;
  for (double const value : values) sum += std::llrint(value * scale);
  return static_cast<double>(comm.sum(sum)) / scale;
}

}  // namespace tidemill::drivers
