#pragma once

#include <optional>

#include "drivers/learn/learning_data.hpp"

namespace tidemill::drivers {

struct TrainingParts {
  LearningData train;
  std::optional<LearningData> validation;
};

/// Collective. Holds out about `share` of the rows, drawn by (seed, global row): the same rows for any number of ranks.
TrainingParts split_rows(io::Comm const& comm, LearningData const& data, double share, std::uint64_t seed);

/// Collective. Rows of another table in the terms of `train`: its features, classes and category codes. Throws
/// DataError when a class is new.
LearningData matching_data(io::Comm const& comm, io::Table table, LearningColumns const& columns,
                           LearningData const& train);

}  // namespace tidemill::drivers
