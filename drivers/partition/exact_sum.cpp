#include "drivers/partition/exact_sum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace tidemill::drivers {

void ExactSum::add(double term) {
  auto const bits = std::bit_cast<std::uint64_t>(term);
  int const exponent = static_cast<int>(bits >> 52 & 0x7FF);
  std::uint64_t mantissa = bits & 0xFFFFFFFFFFFFF;
  if (exponent == 0x7FF) {
    ++limb_.back();
    return;
  }
  int position = 0;  // of the mantissa's lowest bit, counted from 2^-1074
  if (exponent != 0) {
    mantissa |= std::uint64_t{1} << 52;
    position = exponent - 1;
  }
  auto const first = static_cast<std::size_t>(position / 32);
  unsigned __int128 const shifted = static_cast<unsigned __int128>(mantissa) << (position % 32);
  std::int64_t const sign = bits >> 63 ? -1 : 1;
  limb_[first] += sign * static_cast<std::int64_t>(static_cast<std::uint32_t>(shifted));
  limb_[first + 1] += sign * static_cast<std::int64_t>(static_cast<std::uint32_t>(shifted >> 32));
  limb_[first + 2] += sign * static_cast<std::int64_t>(static_cast<std::uint32_t>(shifted >> 64));
}

double ExactSum::value() const {
  if (limb_.back() != 0) return std::numeric_limits<double>::quiet_NaN();
  std::array<std::int64_t, limbs - 1> digit;
  std::copy_n(limb_.begin(), digit.size(), digit.begin());
  auto const carry = [&] {
    for (std::size_t i = 0; i + 1 < digit.size(); ++i) {
      digit[i + 1] += digit[i] >> 32;
      digit[i] &= 0xFFFFFFFF;
    }
  };
  carry();
  bool const is_negative = digit.back() < 0;
  if (is_negative) {
    for (std::int64_t& d : digit) d = -d;
    carry();
  }
  int top = static_cast<int>(digit.size()) - 1;
  while (top > 0 && digit[static_cast<std::size_t>(top)] == 0) --top;
  int const low = std::max(top - 2, 0);
  unsigned __int128 leading = 0;
  for (int i = top; i >= low; --i) {
    leading = leading << 32 | static_cast<std::uint64_t>(digit[static_cast<std::size_t>(i)]);
  }
  // The lowest bit of `leading` lies below the last one a double keeps: it may stand for everything further down.
  bool const has_rest = std::any_of(digit.begin(), digit.begin() + low, [](std::int64_t d) { return d != 0; });
  if (has_rest) leading |= 1;
  double const magnitude = std::ldexp(static_cast<double>(leading), 32 * low - 1074);
  return is_negative ? -magnitude : magnitude;
}

std::vector<double> ExactSum::totals(io::Comm const& comm, std::span<ExactSum const> sums) {
  std::vector<ExactSum> all(sums.begin(), sums.end());
  for (ExactSum& sum : all) {
    // Carried limbs are below 2^32, so any number of ranks can be added.
    for (std::size_t i = 0; i + 2 < sum.limb_.size(); ++i) {
      sum.limb_[i + 1] += sum.limb_[i] >> 32;
      sum.limb_[i] &= 0xFFFFFFFF;
    }
  }
  if (!all.empty()) comm.sum(std::span<std::int64_t>(all[0].limb_.data(), all.size() * all[0].limb_.size()));
  std::vector<double> totals;
  for (ExactSum const& sum : all) totals.push_back(sum.value());
  return totals;
}

}  // namespace tidemill::drivers
