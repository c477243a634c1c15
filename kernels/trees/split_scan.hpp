#pragma once

#include <cstdint>

#include "kernels/trees/split.hpp"

namespace tidemill::kernels {

/// One block of eight features, scanned for thresholds. Lanes are features.
struct BlockScan {
  HistogramView histogram;
  std::int64_t start = 0;  ///< first cell of the block
  std::int32_t bins = 0;
  NodeSums node;
  SplitRules rules;
};

/// Best threshold of each lane; score is the sum of both sides' S, or -infinity when no threshold is allowed.
struct LaneBest {
  double score[8];
  std::int64_t bin[8];
  std::int64_t missing_left[8];
};

/// Both give the same bits. Without l1 and bounds: S = (GL^2 (HR + l2) + GR^2 (HL + l2)) / ((HL + l2) (HR + l2)), one
/// division per threshold.
void scan_block_portable(BlockScan const& scan, LaneBest& best);
void scan_block_avx512(BlockScan const& scan, LaneBest& best);

}  // namespace tidemill::kernels
