#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "drivers/assets/near_pairs.hpp"

namespace tidemill::drivers {

/// Connected components: the smallest id that each of 0 .. count-1 is connected with (itself when with none).
std::vector<std::int64_t> connected_components(std::int64_t count, std::span<IdPair const> pairs);

}  // namespace tidemill::drivers
