#pragma once

#include <vector>

#include "drivers/trees/model.hpp"
#include "io/progress/progress.hpp"
#include "io/store/checkpoint.hpp"
#include "kernels/device.hpp"

namespace tidemill::drivers {

/// What a training says about itself beside the model. Times are this rank's wall seconds.
struct TrainReport {
  double binning_seconds = 0;           ///< quantiles and binning
  double loop_seconds = 0;              ///< all trees: gradients, growing, scores, validation
  std::vector<double> validation_loss;  ///< after each round, when there is a validation set
};

/// Collective. Gradient boosting (or a forest, params.forest) on histograms of integer gradients: the same bits for any
/// number of ranks, with or without interruption. `validation` may be null; with early stopping it must not be.
/// Asks stop_requested() once per tree: then saves to `checkpoints` and throws StoppedAtCheckpoint. A checkpoint found
/// there (the store's key must cover data and parameters) is continued. The caller clears the store when the model is
/// committed. Throws ConfigError for parameters out of range, DataError for targets the objective cannot take.
TreeModel train_boost(io::Comm const& comm, kernels::Exec const& exec, TreeDataset const& train,
                      TreeDataset const* validation, TreeParams const& params, io::CheckpointStore& checkpoints,
                      io::Progress& progress, TrainReport* report = nullptr);

}  // namespace tidemill::drivers
