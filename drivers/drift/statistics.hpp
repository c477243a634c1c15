#pragma once

#include <cstdint>
#include <span>

namespace tidemill::drivers {

/// Population stability index (Siddiqi 2006): sum of (a - e) ln(a / e) over bins, shares floored at 1e-4. 0 when either
/// side has no rows. Domain: drift.
double population_stability(std::span<std::int64_t const> expected, std::span<std::int64_t const> actual);

/// The index that a `share` of pairs of samples without drift stay below: the index is about (1/n + 1/m) times a chi
/// square with bins - 1 degrees of freedom (Yurdakul 2018). By Wilson and Hilferty; `z` is the normal quantile of
/// `share` (3.09 for 0.999).
double stability_bound(std::int64_t bins, std::int64_t n, std::int64_t m, double z);
/// Its mean without drift: (bins - 1) (1/n + 1/m).
double stability_expected(std::int64_t bins, std::int64_t n, std::int64_t m);

/// Jensen-Shannon divergence in bits, 0 .. 1. 0 when either side has no rows.
double jensen_shannon(std::span<std::int64_t const> expected, std::span<std::int64_t const> actual);

/// Probability of a Kolmogorov-Smirnov distance of at least `distance` between samples of n and m values of one
/// continuous distribution, by Kolmogorov's limit.
double kolmogorov_p(double distance, std::int64_t n, std::int64_t m);

}  // namespace tidemill::drivers
