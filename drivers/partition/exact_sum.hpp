#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// The sum of doubles without rounding: a fixed-point number wide enough for every double (a small form of Kulisch's
/// accumulator), so the order of the terms and the ranks that hold them cannot change the total.
/// Good for 2^31 terms per rank. A term that is not finite makes the total NaN.
class ExactSum {
 public:
  void add(double term);
  /// The correctly rounded sum of this rank's terms.
  double value() const;
  /// Collective. The correctly rounded sums over all ranks, one per element, on every rank.
  static std::vector<double> totals(io::Comm const& comm, std::span<ExactSum const> sums);
  static std::vector<double> totals(io::Comm const& comm, std::initializer_list<ExactSum> sums) {
    return totals(comm, std::span<ExactSum const>(sums.begin(), sums.size()));
  }
  double total(io::Comm const& comm) const { return totals(comm, std::span<ExactSum const>(this, 1))[0]; }

 private:
  // Limb i counts units of 2^(32 i - 1074); 2^31 additions below 2^32 each cannot overflow one. The last counts terms
  // that were not finite.
  static constexpr int limbs = 69;
  std::array<std::int64_t, limbs> limb_{};
};

}  // namespace tidemill::drivers
