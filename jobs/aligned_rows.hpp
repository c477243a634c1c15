#pragma once

#include <vector>

#include "io/tables/table.hpp"

namespace tidemill::jobs {

/// This rank's values of a column as numbers, missing as NaN. Throws DataError when it holds text.
std::vector<double> numbers_of(io::Column const& column);

/// Collective. Predictions on the ranks that hold the same rows of the actual values (`wanted`). Throws DataError
/// unless there are as many, and in order where they have a column `row`.
io::Table aligned_rows(io::Comm const& comm, io::Table const& predictions, io::RowRange wanted);

}  // namespace tidemill::jobs
