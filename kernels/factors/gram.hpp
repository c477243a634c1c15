#pragma once

#include <cstdint>

#include "kernels/factors/row_problems.hpp"

namespace tidemill::kernels {

/// Rows whose products are added in float before they are rounded to a multiple of a unit. A rank's part of a Gram
/// matrix must consist of whole blocks (by global row number): then the sum is the same for any number of ranks.
constexpr std::int64_t gram_block = 256;

/// Largest absolute value; infinity when something is not finite.
float largest_factor(Exec const& exec, ConstFactorMatrix const& factors);

/// sums(i, c) += sum over blocks of round(sum over the block's rows of y_i y_c / unit) for c >= i - i % 16; other
/// entries are left alone or added to as well. Integers, so any order of blocks gives the same. `factors` begins at a
/// block boundary.
void add_gram(Exec const& exec, ConstFactorMatrix const& factors, double unit, Array<std::int64_t> const& sums);
/// The same for any device.
void add_gram_portable(Exec const& exec, ConstFactorMatrix const& factors, double unit,
                       Array<std::int64_t> const& sums);

}  // namespace tidemill::kernels
