#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

using Key = std::array<std::uint64_t, 2>;

/// Collective. For each of this rank's keys, how many equal ones stand before it in global order (rank, then position).
std::vector<std::int64_t> ordinals_among_equal(io::Comm const& comm, std::span<Key const> keys);

}  // namespace tidemill::drivers
