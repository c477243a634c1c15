#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Hits and misses of one class or tag over all rows.
struct LabelCounts {
  std::int64_t true_positive = 0, false_positive = 0, false_negative = 0;
};

/// F1 of several classes or tags (domain.md section 10).
struct F1Scores {
  double micro = 0;               ///< 2TP / (2TP + FP + FN) over all; NaN without any
  double macro = 0;               ///< mean over those with support; NaN without any
  std::int64_t with_support = 0;  ///< occur among the actual labels
  std::int64_t without = 0;       ///< do not: counted, not averaged
};
F1Scores f1_scores(std::span<LabelCounts const> counts);

/// Collective. Expected calibration error: rows in `bins` equal bins of probability, sum of share of rows times
/// |mean probability - share right|. Integer sums of 2^-40: the same for any number of ranks. NaN without rows.
double calibration_error(io::Comm const& comm, std::span<double const> probability,
                         std::span<std::int8_t const> is_right, int bins = 15);

/// Collective. Average precision of one tag: sum over distinct scores, highest first, of (R_n - R_{n-1}) P_n. Rows of
/// equal scores enter together. NaN when no row has the tag.
double average_precision(io::Comm const& comm, std::span<double const> score, std::span<std::int8_t const> is_positive);

}  // namespace tidemill::drivers
