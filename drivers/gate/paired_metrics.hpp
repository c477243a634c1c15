#pragma once

#include <span>
#include <string>
#include <vector>

#include "drivers/gate/gate.hpp"

namespace tidemill::drivers {

/// Two models' predictions of the same rows, of equal length.
struct PairedPredictions {
  std::span<double const> actual;  ///< known (rows without an outcome are left out before)
  std::span<double const> champion, challenger;
};

/// A metric of predictions by its name in domain.md, as sums over rows: rmse, mse, mae, rmsle, wape, bias (its size;
/// the margin is absolute), logloss and error (outcomes 0 and 1, predictions are probabilities), pinball_TAU. Throws
/// ConfigError naming the nearest one for any other. Not collective.
PairedMetric paired_metric(std::string const& name, PairedPredictions const& rows);

/// The names, pinball_TAU as "pinball_0.9".
std::vector<std::string> const& paired_metric_names();

}  // namespace tidemill::drivers
