#pragma once

#include <string>
#include <vector>

#include "drivers/trees/model.hpp"
#include "kernels/device.hpp"

namespace tidemill::drivers {

/// How much each feature moved each row's prediction away from the mean over training rows: exact Shapley values (see
/// kernels::TreePaths). In raw units: log odds for classes of a boosted model, log of the mean for log links.
struct Explanation {
  std::int32_t outputs = 1;
  std::int32_t features = 0;
  std::vector<double> contribution;  ///< (row * outputs + output) * (features + 1) + feature; the last is the mean
};

/// Not collective. `values` holds `outputs` numbers per node, or one when tree t adds to output t % ensemble.outputs.
/// Takes time in proportion to rows * leaves * depth^2.
Explanation explain(kernels::Exec const& exec, TreeModel const& model, std::vector<double> const& values,
                    std::int32_t values_per_node, io::Table const& rows);

}  // namespace tidemill::drivers
