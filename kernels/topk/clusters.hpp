#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/topk/lists.hpp"

namespace tidemill::kernels {

/// Number of the centroid at the smallest distance from each row (the one with the largest x . c - |c|^2 / 2, a float;
/// equal ones: the smaller number). At least one centroid.
std::vector<std::int32_t> nearest_centroids(VectorRows const& rows, VectorRows const& centroids);

/// Sums of the rows of each cluster as integers, so that they can be added in any order: a value v counts as
/// v * 2^shift, rounded. `sums`: clusters x width, `counts`: clusters; both are added to.
void add_members(VectorRows const& rows, std::span<std::int32_t const> cluster, int shift, std::span<std::int64_t> sums,
                 std::span<std::int64_t> counts);

/// A shift for add_members with which sums of `rows` values up to `largest` in size fit 63 bits.
int shift_for(float largest, std::int64_t rows);

/// Adds the rows of an inverted list, whose items are `item`, to what a query has found; keeps about the k best
/// (all of them are among `found` at the end, see write_list). Item `skipped` is left out.
void add_list(VectorRows const& rows, std::span<std::int32_t const> item, float const* query, std::int32_t k,
              std::int32_t skipped, std::vector<ScoredItem>& found);

}  // namespace tidemill::kernels
