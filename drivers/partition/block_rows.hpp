#pragma once

#include <cstdint>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// A rank's consecutive rows such that no fixed block of `block_rows` rows (by global number) is split between ranks:
/// then a sum per block is the same for any number of ranks.
io::RowRange block_share(std::int64_t total, std::int64_t block_rows, int rank, int size);

/// Collective. Values (row-major, `width` per row) of the rows `held` by this rank's neighbours and itself, as the rows
/// `wanted` here. All ranks' `held` cover all rows in rank order.
std::vector<double> move_values(io::Comm const& comm, io::RowRange held, io::RowRange wanted,
                                std::vector<double> const& values, std::int64_t width);

}  // namespace tidemill::drivers
