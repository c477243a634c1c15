#pragma once

#include <span>

namespace tidemill::drivers {

/// Estimates of one category, shrunk to their mean.
struct Shrunk {
  double value = 0;   ///< w e + (1 - w) mean
  double error = 0;   ///< standard error of the value
  double weight = 0;  ///< w = tau^2 / (tau^2 + s^2)
};

/// Random-effects shrinkage: tau^2, the variance of the true values, by the method of moments (DerSimonian & Laird
/// 1986), never below 0. Estimates that are NaN, or have no positive error, are left out and stay as they are
/// (weight 1); so does the only estimate of a category.
void shrink_to_mean(std::span<double const> estimates, std::span<double const> errors, std::span<Shrunk> out);

}  // namespace tidemill::drivers
