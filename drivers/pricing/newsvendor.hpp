#pragma once

#include <span>

namespace tidemill::drivers {

/// Service level of the newsvendor: underage / (underage + overage). Costs per unit, not negative, not both zero.
double service_level(double underage_cost, double overage_cost);

/// Demand at `level` from forecast quantiles: levels rising within (0, 1), values not falling. Linear between two
/// levels; beyond the outer ones the outer value, because nothing is known there.
/// Throws ConfigError for costs or levels that make no sense.
double order_quantity(std::span<double const> levels, std::span<double const> values, double underage_cost,
                      double overage_cost);

}  // namespace tidemill::drivers
