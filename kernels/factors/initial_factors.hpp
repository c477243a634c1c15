#pragma once

#include <cstdint>

#include "kernels/factors/row_problems.hpp"

namespace tidemill::kernels {

/// Which random numbers: the purpose of the counter.
enum class FactorSeries : std::uint32_t { users = 31, items = 32 };

/// Normal numbers of mean 0 for the first `factors` columns of rows first_id, first_id + 1, ...: a function of (seed,
/// series, id, column). The other columns become zero.
void draw_factors(Exec const& exec, std::uint64_t seed, FactorSeries series, std::int64_t first_id, int factors,
                  double sd, FactorMatrix const& out);

/// Rows without pairs (start(r) == start(r + 1)) become zero, which is their solution.
void clear_cold_rows(Exec const& exec, Array<std::int64_t const> const& start, FactorMatrix const& factors);

/// Rows of `factors` that are all zero become those of `from`.
void fill_zero_rows(Exec const& exec, ConstFactorMatrix const& from, FactorMatrix const& factors);

}  // namespace tidemill::kernels
