#pragma once

#include <functional>
#include <span>
#include <vector>

#include "drivers/assets/near_pairs.hpp"

namespace tidemill::drivers {

/// Collective. Similarity of each pair of pictures (see kernels::compare_signatures), whose first picture is here and
/// whose second may be anywhere; `signature_of` gives the bytes of a picture of this rank. In rounds, so that only a
/// few ten thousand signatures of others are held at a time. `owners` as in near_pairs.
std::vector<double> similarities(io::Comm const& comm, std::span<IdPair const> pairs,
                                 std::function<std::uint8_t const*(std::int64_t id)> const& signature_of,
                                 std::span<std::int64_t const> owners);

}  // namespace tidemill::drivers
