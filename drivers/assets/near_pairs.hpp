#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Two pictures by number, first < second.
struct IdPair {
  std::int64_t first = 0;
  std::int64_t second = 0;
  // Both spelt out: CUDA's front end loses the equality that a defaulted <=> brings.
  bool operator==(IdPair const&) const = default;
  auto operator<=>(IdPair const&) const = default;
};

/// 64-bit hashes of this rank's pictures: `per_picture` each, of which the first describes the whole picture.
struct PictureHashes {
  std::span<std::int64_t const> ids;     ///< numbers among all pictures; ascending, all ranks' parts in rank order
  std::span<std::uint64_t const> codes;  ///< ids.size() x per_picture
  std::size_t per_picture = 1;
};

/// Collective. All pairs of pictures where the whole-picture hash of one and any hash of the other differ in at most
/// `distance` (0 to 31) bits; none is missed. Hashes are cut into distance + 1 bands: two that differ in at most
/// `distance` bits agree in one band at least, so only hashes that agree in a band are compared. Bands are worked off
/// one after the other, equal band values meet on one rank. Each pair comes once, ascending, to the rank that holds
/// picture `first`; `owners` are the first ids of the ranks' parts (size + 1 values).
std::vector<IdPair> near_pairs(io::Comm const& comm, PictureHashes const& mine, int distance,
                               std::span<std::int64_t const> owners);

/// Collective. Sends pairs to the rank that holds picture `first`, where they arrive ascending, each once.
std::vector<IdPair> to_owners(io::Comm const& comm, std::vector<IdPair> const& pairs,
                              std::span<std::int64_t const> owners);

}  // namespace tidemill::drivers
