#pragma once

#include <cstdint>
#include <vector>

#include "drivers/trees/model.hpp"
#include "kernels/device.hpp"

namespace tidemill::drivers {

/// Scores of this rank's rows, row-major (row * outputs + output).
struct TreeScores {
  std::int32_t outputs = 1;
  std::vector<double> raw;    ///< base score plus leaves: log odds, log mean, mean or quantile
  std::vector<double> value;  ///< what people read: probability, mean or quantile
};

/// Not collective: every rank scores its own rows, and a row's score depends on nothing but the row.
TreeScores predict(kernels::Exec const& exec, TreeModel const& model, io::Table const& table);
TreeScores predict(kernels::Exec const& exec, TreeModel const& model, TreeDataset const& data);

/// The bins of rows, row-major (row * features + feature), as TreeEnsemble's thresholds compare them. For SHAP and
/// other walkers of trees.
std::vector<std::uint8_t> bin_rows(kernels::Exec const& exec, TreeModel const& model, TreeDataset const& data);

/// Raw scores to what people read, in place of a copy: `raw` and the result are row-major with `outputs` per row.
std::vector<double> transform_scores(TreeParams const& params, std::vector<double> const& raw);

}  // namespace tidemill::drivers
