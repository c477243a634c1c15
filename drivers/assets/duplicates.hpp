#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "drivers/assets/measure.hpp"
#include "drivers/assets/near_pairs.hpp"
#include "io/digest/sha256.hpp"

namespace tidemill::drivers {

/// When two pictures count as one. Chosen on labelled pairs (validation/published/pictures.py says which).
struct DuplicateRule {
  int hash_distance = 6;      ///< differing bits of 64 up to which two pictures are looked at closely
  double similarity = 0.965;  ///< of their signatures, from which they are near-duplicates
};

/// What is known of one file for finding its copies.
struct DuplicateInput {
  io::Sha256Sum content{};                    ///< of the bytes; all 0: not compared
  PictureMeasures const* measures = nullptr;  ///< null: compared by content only
  std::int64_t pixels = 0, bytes = 0;
};

/// A pair that was found, with what makes it one.
struct NearDuplicate {
  IdPair pair;
  double similarity = 0;
};

/// Copies of this rank's files. Files are numbered in rank order.
struct Duplicates {
  std::vector<NearDuplicate> pairs;          ///< near-duplicates whose first picture is here, ascending
  std::vector<std::int64_t> cluster;         ///< number of the cluster, -1 for none; by smallest member
  std::vector<std::int64_t> cluster_size;    ///< 1 for none
  std::vector<std::int64_t> representative;  ///< file number; the most pixels, then bytes, then the smallest number
  std::vector<double> similarity;            ///< with the representative; 1 for itself and equal bytes, NaN for none
  std::vector<std::int8_t> is_exact;         ///< same bytes as the representative, and not it
  std::int64_t candidates = 0;               ///< pairs looked at closely, of all ranks
  std::int64_t found = 0;                    ///< near-duplicate pairs of all ranks
  std::int64_t clusters = 0;
};

/// Collective. Equal bytes are copies; near-duplicates are pictures whose dHash or pHash (whole against any window) are
/// near and whose signatures are alike; clusters are what hangs together by either. Every rank keeps all clusters'
/// members and all pairs found in memory; signatures travel in rounds. The result does not depend on the ranks.
Duplicates find_duplicates(io::Comm const& comm, io::RowRange const& files, std::span<DuplicateInput const> inputs,
                           DuplicateRule const& rule);

}  // namespace tidemill::drivers
