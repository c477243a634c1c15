#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/neighbours/overlap.hpp"

namespace tidemill::kernels {

/// The most similar other items of one item, best first; equal similarities: the smaller item first. A
/// similarity that is not above 0 makes no neighbour.
struct Neighbour {
  std::int32_t item;
  float similarity;
};

/// similarity of candidate item i and history item j: X'X(i, j) / (candidate[i] * history[j] + shrink). Cosine: both
/// are the square roots of the diagonal of X'X.
struct SimilarityScale {
  std::span<double const> candidate;
  std::span<double const> history;
  double shrink = 0;
};

/// The `keep` nearest items of each row of `users_of_items`, which are the items first_item, first_item + 1, ...
/// Host code; rows are independent and run in parallel where Kokkos has host threads.
std::vector<std::vector<Neighbour>> nearest_items(PairRows const& users_of_items, std::int64_t first_item,
                                                  PairRows const& histories, SimilarityScale const& scale, int keep);

}  // namespace tidemill::kernels
