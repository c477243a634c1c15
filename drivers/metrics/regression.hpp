#pragma once

#include <cstdint>
#include <span>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// This rank's pairs of actual and predicted values, of equal length. A pair whose actual is missing (NaN) is left out.
/// All metrics are the same for any number of ranks and any order of the pairs. e = actual - predicted.
struct Pairs {
  std::span<double const> actual;
  std::span<double const> predicted;
};

/// The errors that need only the pairs. NaN where a denominator is zero or there are no pairs.
struct RegressionErrors {
  std::int64_t pairs = 0;
  double mse = 0;    ///< mean e^2
  double rmse = 0;   ///< sqrt of it
  double mae = 0;    ///< mean |e|
  double rmsle = 0;  ///< sqrt mean (ln(1 + f) - ln(1 + y))^2, f clipped at 0; NaN when some y <= -1
  double wape = 0;   ///< sum |e| / sum |y|
  double bias = 0;   ///< sum e / sum y
  double r2 = 0;     ///< 1 - sum e^2 / sum (y - mean y)^2
};
/// Collective.
RegressionErrors regression_errors(io::Comm const& comm, Pairs pairs);

/// Collective. Mean max(tau e, (tau - 1) e) (Koenker & Bassett 1978).
double pinball(io::Comm const& comm, Pairs pairs, double tau);

/// Prediction intervals [low, high], ends included.
struct IntervalQuality {
  std::int64_t pairs = 0;
  double coverage = 0;  ///< share of actual values inside
  double width = 0;     ///< mean high - low
};
/// Collective.
IntervalQuality interval_quality(io::Comm const& comm, std::span<double const> actual, std::span<double const> low,
                                 std::span<double const> high);

/// Denominator of MASE (Hyndman & Koehler 2006): mean |y_t - y_{t-season}| over one series' training part. NaN when it
/// is no longer than `season`. Not collective. Steps with a missing end are left out.
double mase_scale(std::span<double const> training, int season);
/// Denominator of RMSSE (M5): mean (y_t - y_{t-1})^2 over the training part from its first non-zero value on.
double rmsse_scale(std::span<double const> training);

/// Collective. mean |e| / scale; NaN when the scale is zero or missing.
double mase(io::Comm const& comm, Pairs pairs, double scale);
/// Collective. sqrt(mean e^2 / scale); NaN when the scale is zero or missing.
double rmsse(io::Comm const& comm, Pairs pairs, double scale);

}  // namespace tidemill::drivers
