#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// A double as an integer of the same order (-0 equals 0), and back. Not for NaN.
std::uint64_t ordered_key(double value);
double value_of_key(std::uint64_t key);

/// Asks for the values at some places (1-based) in the order of the values of all ranks.
struct PlacesInOrder {
  std::vector<std::span<std::uint64_t const>> mine;  ///< ascending keys of this rank, in one or more parts
  std::vector<std::int64_t> places;                  ///< the same on every rank, each 1 .. number of values
};

/// Collective. The keys at the asked places, for all questions together: eight sums over the ranks however
/// many there are.
std::vector<std::vector<std::uint64_t>> keys_at(io::Comm const& comm, std::vector<PlacesInOrder> const& questions);

/// Two samples of which each rank holds a part, as ascending keys.
struct TwoSamples {
  std::span<std::uint64_t const> first, second;
};

/// Collective. Largest distance between the two samples' distribution functions. Exact: counts are compared as
/// integers. `cuts`: one ascending key per rank but the last, the same on every rank; rank r compares the keys above
/// cut r - 1 up to cut r. Up to 3e9 values a sample. 0 when either is empty.
double kolmogorov_distance(io::Comm const& comm, TwoSamples const& samples, std::span<std::uint64_t const> cuts);

}  // namespace tidemill::drivers
