#pragma once

#include <vector>

#include "io/comm/comm.hpp"
#include "kernels/factors/row_problems.hpp"

namespace tidemill::drivers {

/// Collective. Sum of yy' over all rows (width x width, symmetric), the same bits for any number of ranks: fixed blocks
/// of rows (a block that ranks share is completed by its first one), added as integers. `owned` is this rank's part
/// `range` of the rows. Throws Error when a factor is not finite.
std::vector<double> gram_of(io::Comm const& comm, kernels::Exec const& exec, io::RowRange range,
                            kernels::FactorMatrix const& owned);

/// The matrix times `scale`, for kernels.
kernels::ConstFactorMatrix scaled_gram(std::vector<double> const& gram, double scale);

}  // namespace tidemill::drivers
