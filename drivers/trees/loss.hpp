#pragma once

#include <span>

#include "drivers/trees/dataset.hpp"
#include "drivers/trees/params.hpp"
#include "io/comm/comm.hpp"
#include "kernels/trees/gradients.hpp"

namespace tidemill::drivers {

/// The maths that training runs: a forest's trees fit means (or quantiles) whatever the task.
kernels::Loss training_loss(TreeParams const& params);

/// Collective. Throws DataError for targets the objective cannot take, naming the global row.
void check_targets(io::Comm const& comm, TreeDataset const& data, TreeParams const& params);

/// Collective. The best constant raw score per output ("boosting from the average").
std::vector<double> base_scores(io::Comm const& comm, kernels::Exec const& exec, TreeDataset const& data,
                                TreeParams const& params);

/// Collective. Weighted mean loss of raw scores (outputs * rows, one output after another).
double mean_loss(io::Comm const& comm, TreeDataset const& data, TreeParams const& params,
                 std::span<double const> scores);

/// Raw scores of one row to what people read, in place: probabilities, means. Forests keep means as they are.
void transform_row(TreeParams const& params, std::span<double> scores);

}  // namespace tidemill::drivers
