#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>

#include "kernels/trend/stl.hpp"

namespace tidemill::kernels {

/// Trend test of each series of a batch.
struct TrendTests {
  Array<std::int64_t> s;   ///< Mann-Kendall: later above earlier less later below earlier
  Array<double> variance;  ///< of s without trend, ties counted (Kendall 1975)
  Array<double> slope;     ///< Sen 1968: median of (x_j - x_i) / (t_j - t_i); NaN below two values
  Array<double>
      variance_factor;  ///< Hamed & Rao 1998: what autocorrelation of the detrended ranks does to the variance
};

/// `time` holds the position of every value, rising within a series. Autocorrelations count where they are significant
/// at 5 %. One series per thread, a fixed order of operations each. The pairs of a series need n (n - 1) / 2 doubles of
/// scratch: series are worked off in blocks.
void test_trends(Exec const& exec, SeriesBatch const& series, Array<double const> const& time, TrendTests const& tests);

}  // namespace tidemill::kernels
