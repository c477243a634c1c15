#pragma once

#include <cstdint>
#include <span>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Collective. Area under the ROC curve: the share of (positive, negative) pairs where the positive has the higher
/// score, ties counted half. Exact: integer counts over the scores in order, the rows spread by score. `is_positive`
/// holds 0 or 1; NaN when one class is absent. A NaN score throws DataError.
double auc(io::Comm const& comm, std::span<std::int8_t const> is_positive, std::span<double const> score);

struct ClassificationErrors {
  std::int64_t rows = 0;
  double logloss = 0;   ///< mean -ln p(actual class), p clipped to [1e-15, 1 - 1e-15]
  double accuracy = 0;  ///< share with the highest probability on the actual class; ties go to the first class
  double error = 0;     ///< 1 - accuracy
};
/// Collective. `probability` is row-major, one column per class; `actual` is a column number, or -1 for a class that
/// the model does not know (always wrong, probability 0).
ClassificationErrors classification_errors(io::Comm const& comm, std::span<std::int32_t const> actual,
                                           std::span<double const> probability, int classes);

}  // namespace tidemill::drivers
