#pragma once

#include <cstdint>
#include <span>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Collective. The k-th smallest (from 0) of the values of all ranks, found by halving the range of their bit patterns:
/// exact, and nothing is gathered. No NaN among the values; 0 <= k < their number.
double kth_smallest(io::Comm const& comm, std::span<double const> values, std::int64_t k);

/// Collective. Split conformal calibration of intervals (Romano, Patterson & Candes 2019): what to add to both sides of
/// [low, high] so that a share of at least `coverage` of the calibration rows lies inside; negative when the intervals
/// are too wide. 0 without rows.
double conformal_widening(io::Comm const& comm, std::span<double const> actual, std::span<double const> low,
                          std::span<double const> high, double coverage);

}  // namespace tidemill::drivers
