#pragma once

#include <memory>
#include <vector>

#include "drivers/learn/checkpoint_place.hpp"
#include "drivers/learn/model.hpp"
#include "drivers/trees/model.hpp"
#include "io/progress/progress.hpp"

namespace tidemill::drivers {

/// Gradient boosting behind the common interface: one ensemble, or one per quantile.
class BoostModel : public Model {
 public:
  /// Collective. `validation` may be null. `params.objective`, `classes` and `quantile` are set from the task here.
  static std::unique_ptr<BoostModel> train(io::Comm const& comm, LearningData const& data,
                                           LearningData const* validation, TreeParams params,
                                           std::vector<double> const& quantiles, CheckpointPlace const& checkpoints,
                                           io::Progress& progress);
  static std::unique_ptr<BoostModel> load(io::Hdf5File& file);
  void save(io::Hdf5File& file) const override;
  /// Quantiles of one row are sorted, so they never cross (Chernozhukov et al. 2010).
  std::vector<double> predict(io::Comm const& comm, io::Table const& rows) const override;
  std::vector<double> contributions(io::Table const& rows) const override;
  Importance importance() const override;
  std::vector<TreeModel> const& members() const { return members_; }

 private:
  std::vector<TreeModel> members_;
};

/// The rows as trees take them.
TreeDataset tree_dataset(LearningData const& data);

}  // namespace tidemill::drivers
