#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/text/solve_classes.hpp"

namespace tidemill::drivers {

/// Consecutive columns of a ClassProblem that also get classifiers of their own.
struct ColumnPart {
  std::string name;
  std::int64_t first = 0;
  std::int64_t end = 0;
  double scale = 1;  ///< what the part's values are multiplied by before it is learned alone
};

/// Collective, as solve_classes. Margins of the result are those of the classifiers of all columns plus `weight` times
/// those of each part's: as all are linear, that is one set of weights. Without parts it is solve_classes.
ClassWeights solve_with_parts(io::Comm const& comm, ClassProblem const& problem,
                              std::vector<std::uint32_t> const& chosen, std::vector<ColumnPart> const& parts,
                              double weight, ClassCosts const& costs, std::uint64_t seed, CheckpointPlace const& place,
                              std::string const& name, io::Progress& progress);

}  // namespace tidemill::drivers
