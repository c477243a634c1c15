#pragma once

#include <map>
#include <string>
#include <vector>

#include "drivers/bpr/bpr.hpp"
#include "drivers/bpr/item_exchange.hpp"
#include "drivers/bpr/pairwise_samples.hpp"
#include "io/store/checkpoint.hpp"

namespace tidemill::drivers {

/// The state of a BPR training between epochs.
class BprTraining {
 public:
  /// Collective. Factors small and random, keyed by (seed, number of the user or item among all).
  BprTraining(io::Comm const& comm, Interactions const& interactions, BprParams const& params);

  /// Collective. Continues from a checkpoint if there is one.
  void run(io::CheckpointStore& checkpoints, io::Progress& progress);

  std::int32_t width() const { return width_; }
  std::vector<float> users() const;  ///< this rank's rows
  ItemExchange const& items() const { return items_; }
  std::map<std::string, double> facts() const;

 private:
  void run_epoch(std::uint32_t epoch);
  void run_batch(PairwiseSamples const& samples, std::int64_t batch);
  void save(io::CheckpointStore& checkpoints, std::int64_t epochs) const;
  std::int64_t load(io::CheckpointStore const& checkpoints);

  io::Comm comm_;
  Interactions const& interactions_;
  BprParams params_;
  std::int32_t width_;
  std::int64_t first_pair_ = 0;
  std::int64_t batches_ = 1;
  kernels::Exec exec_;
  kernels::FactorRows users_, squares_;
  ItemExchange items_;
  std::vector<std::int32_t> row_of_item_;  ///< in the table of a batch; -1 between batches
  std::int64_t loss_ = 0;                  ///< of this rank's triples in the last epoch, in gradient_unit
  std::int64_t triples_ = 0;
};

}  // namespace tidemill::drivers
