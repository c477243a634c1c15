#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "io/comm/comm.hpp"
#include "kernels/text/minhash.hpp"
#include "kernels/text/ngrams.hpp"

namespace tidemill::drivers {

/// Two texts that say nearly the same; rows are global, first < second.
struct NearDuplicate {
  std::int64_t first = 0;
  std::int64_t second = 0;
  double jaccard = 0;  ///< of their sets of n-grams, exact
};

struct NearDuplicateParams {
  kernels::NgramRules ngrams{1, 3, 0, 0, 26};
  kernels::MinHashBands bands;
  double least_jaccard = 0.8;
};

/// Collective. Pairs of texts whose sets of n-grams have at least this Jaccard similarity, found by MinHash bands and
/// each checked exactly: nothing false is listed, and a pair of similarity J is missed with probability
/// (1 - J^rows)^bands. Texts without words are left out. Texts with the same set are chained to the first of them and
/// compared with others through it, so a thousand copies make 999 pairs. Sorted by (first, second), the same on every
/// rank and for any number of ranks. Every rank holds the sets of all texts.
std::vector<NearDuplicate> near_duplicates(io::Comm const& comm, std::span<std::string_view const> texts,
                                           NearDuplicateParams const& params = {});

}  // namespace tidemill::drivers
