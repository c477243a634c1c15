#pragma once

#include <cstdint>
#include <span>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// The largest power of two s for which |value| * s fits `limit` for every |value| <= largest; 1 when largest is 0.
double power_of_two_scale(double largest, double limit);

/// The scale at which `rows` values of at most `largest` can be summed as integers without overflow, each below 2^50.
double fixed_point_scale(double largest, std::int64_t rows);

/// Collective. Sum of all ranks' values, the same for any spread over ranks: fixed point, at least 2^-42 of the largest
/// magnitude for a million values. Values must be finite.
double exact_sum(io::Comm const& comm, std::span<double const> values);

}  // namespace tidemill::drivers
