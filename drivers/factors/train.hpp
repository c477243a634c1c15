#pragma once

#include <vector>

#include "drivers/factors/params.hpp"
#include "drivers/interactions/interactions.hpp"
#include "io/comm/comm.hpp"
#include "io/progress/progress.hpp"
#include "io/store/checkpoint.hpp"
#include "kernels/device.hpp"

namespace tidemill::drivers {

/// Item factors to begin with, the same on every rank: items x factors, row-major; rows of zeros are unknown items.
struct WarmStart {
  std::vector<float> item_factors;
};

struct FactorTraining {
  io::RowRange items;               ///< this rank's
  std::vector<float> item_factors;  ///< items.count x factors
  /// Objective at the start (after folding in) when warm, after each sweep or the last one; in order.
  std::vector<double> objectives;
  double start_objective = 0;  ///< of a warm start, after folding in
  int sweeps_here = 0;         ///< sweeps done by this call; fewer than asked for after a resume
  double seconds = 0;          ///< of those sweeps, without reading and folding in
};

/// Collective. Implicit ALS (see FactorParams), users first. The same bits for any number of ranks, and when it was
/// stopped and continued from `checkpoints`. Throws StoppedAtCheckpoint when asked to stop.
FactorTraining train_factors(io::Comm const& comm, kernels::Exec const& exec, Interactions const& interactions,
                             FactorParams const& params, WarmStart const* warm, io::CheckpointStore& checkpoints,
                             io::Progress& progress);

}  // namespace tidemill::drivers
