#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Cuts consecutive things into `parts` consecutive pieces of about equal weight: piece p is cut[p] .. cut[p + 1], each
/// thing goes where the middle of its weight lies. Things of weight 0 count a little, so that they are spread too.
std::vector<std::int64_t> balanced_cuts(std::span<std::int64_t const> weights, int parts);

/// Piece `part` of those cuts.
io::RowRange piece_of(std::span<std::int64_t const> cuts, int part);

/// The piece in which thing `number` lies.
int part_of(std::span<std::int64_t const> cuts, std::int64_t number);

}  // namespace tidemill::drivers
