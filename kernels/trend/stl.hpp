#pragma once

#include <Kokkos_Core.hpp>

#include "kernels/device.hpp"

namespace tidemill::kernels {

/// Smoothing of a seasonal-trend decomposition. Windows are odd numbers of observations (seasonal: of seasons).
struct StlParams {
  int period = 7;    ///< observations in a season, at least 2
  int seasonal = 7;  ///< window of the seasonal smoother
  int trend = 13;    ///< window of the trend smoother
  int low_pass = 7;  ///< window of the low-pass filter
  int inner = 2;     ///< rounds between trend and season
  int outer = 0;     ///< rounds of outlier weights; 0: none
};

/// Windows as Cleveland et al. 1990 advise: trend is the next odd number from 1.5 period / (1 - 1.5 / seasonal),
/// low_pass the next odd number from period; robust: 1 inner and 15 outer rounds, else 2 and 0.
StlParams advised_stl(int period, int seasonal, bool robust);

/// Series of a batch stand one after another: series s has the values first(s) .. first(s + 1) - 1.
struct SeriesBatch {
  Array<std::int64_t const> first;  ///< one more than series
  Array<double const> value;
};

struct StlParts {
  Array<double> trend, season;
};

/// Seasonal-trend decomposition by loess (Cleveland, Cleveland, McRae & Terpenning 1990, loess of degree 1, every point
/// fitted): value = trend + season + rest. One series per thread with a fixed order of operations, so a series' result
/// does not depend on the batch. Series shorter than two periods get their mean as trend and no season.
void decompose(Exec const& exec, SeriesBatch const& series, StlParams const& params, StlParts const& parts);

}  // namespace tidemill::kernels
