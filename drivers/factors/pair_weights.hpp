#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "drivers/factors/params.hpp"
#include "drivers/interactions/interactions.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Collective, the same on every rank. (Users of an item / mean over all items)^power per item; empty when the power is
/// 0. An item without users has 1. See FactorParams::popularity_discount and popularity_boost.
std::vector<float> popularity_powers(io::Comm const& comm, Interactions const& interactions, double power);

/// RowProblems::value of pairs: their item's weight, times their value where the loss takes values (confidence; empty:
/// all 1). `items` and `values` are parallel.
std::vector<float> weighted_values(std::span<std::int32_t const> items, std::span<float const> values,
                                   std::span<float const> weights, FactorLoss loss);

/// The same item by item, in place.
void weigh_values(ItemInteractions& pairs, std::span<float const> weights, FactorLoss loss);

/// What the pairs of a row weigh in its ridge: their number; under the revisited loss with values the sum of these.
double ridge_pairs(std::int64_t pairs, std::span<float const> values, FactorLoss loss);

}  // namespace tidemill::drivers
