#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "drivers/learn/checkpoint_place.hpp"
#include "drivers/learn/model.hpp"
#include "drivers/trees/model.hpp"
#include "io/progress/progress.hpp"

namespace tidemill::drivers {

struct ForestParams {
  std::int32_t trees = 100;
  std::int32_t max_depth = 0;          ///< 0: no limit
  std::int64_t min_rows_in_leaf = 1;   ///< draws counted
  std::int32_t features_per_node = 0;  ///< 0: the square root of their number for classes, a third for numbers
  std::int32_t max_bins = 255;
  bool bootstrap = true;
  bool out_of_bag = false;  ///< judge the forest on the rows that each tree did not see
  std::uint64_t seed = 1;
};

/// A random forest (Breiman 2001) on binned features; trees vote with class shares or means. Every tree learns from the
/// rows of all ranks, and ranks take turns growing trees, so the forest is the same for any number of ranks. Each rank
/// holds all binned rows while it trains: rows * features bytes.
class ForestModel : public Model {
 public:
  /// Collective. Tasks: regression, binary, multiclass; others throw ConfigError.
  static std::unique_ptr<ForestModel> train(io::Comm const& comm, LearningData const& data, ForestParams params,
                                            CheckpointPlace const& checkpoints, io::Progress& progress);
  static std::unique_ptr<ForestModel> load(io::Hdf5File& file);
  void save(io::Hdf5File& file) const override;
  std::vector<double> predict(io::Comm const& comm, io::Table const& rows) const override;
  std::vector<double> contributions(io::Table const& rows) const override;
  Importance importance() const override;
  /// out_of_bag_r2, or out_of_bag_accuracy and out_of_bag_logloss, when they were asked for.
  std::map<std::string, double> facts() const override { return facts_; }

  /// Bins, names and trees; node values are class-1 shares or means, divided by the number of trees.
  TreeModel const& trees() const { return trees_; }
  /// Three and more classes: their shares per node, divided by the number of trees. Otherwise the trees' values.
  std::vector<double> const& node_values() const { return shares_.empty() ? trees_.ensemble.value : shares_; }
  std::int32_t outputs() const { return outputs_; }

 private:
  TreeModel trees_;
  std::int32_t outputs_ = 1;
  std::vector<double> shares_;
  std::map<std::string, double> facts_;
};

}  // namespace tidemill::drivers
