#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "drivers/gate/gate.hpp"

namespace tidemill::drivers {

/// A metric's sums in every resample, the same on every rank.
struct MetricResamples {
  std::vector<double> champion, challenger, denominator;
};

/// Collective. All values must be finite. Numerators share one fixed point, so that equal models differ by exactly 0.
MetricResamples resample_metric(io::Comm const& comm, std::span<std::uint64_t const> unit, PairedMetric const& metric,
                                GateParams const& params);

}  // namespace tidemill::drivers
