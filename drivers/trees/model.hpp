#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/trees/dataset.hpp"
#include "drivers/trees/params.hpp"
#include "io/hdf5/file.hpp"
#include "kernels/trees/ensemble.hpp"

namespace tidemill::drivers {

/// A trained ensemble with all that scoring needs. Plain host memory; the same on every rank.
struct TreeModel {
  TreeParams params;
  kernels::TreeEnsemble ensemble;
  std::vector<std::string> feature_names;
  std::vector<kernels::FeatureBins> bins;            ///< per feature
  std::vector<std::vector<std::string>> categories;  ///< per feature: texts of the dictionary codes in its bins
  std::vector<std::string> class_labels;
  std::string target;
  std::int64_t best_round = 0;  ///< rounds kept (ensemble.trees() / outputs)
};

/// Collective. Writes the model under `group` / reads it back. Reading checks every length and index, so a damaged or
/// hostile file throws DataError and never leads astray later.
void save_model(io::Hdf5File& file, TreeModel const& model, std::string const& group = "model");
TreeModel load_model(io::Hdf5File& file, std::string const& group = "model");

/// The parts of save_model and load_model that checkpoints share: the trees alone.
void save_ensemble(io::Hdf5File& file, kernels::TreeEnsemble const& ensemble, std::string const& group);
kernels::TreeEnsemble load_ensemble(io::Hdf5File& file, std::string const& group,
                                    std::vector<kernels::FeatureBins> const& bins);

/// The features of `table` in the model's order and with the model's category codes (unknown texts are missing; an
/// absent column throws DataError). Target and weight stay empty.
TreeDataset features_for(TreeModel const& model, io::Table const& table);

/// Split gain and number of splits per feature, in the model's order.
struct FeatureImportance {
  std::vector<double> gain;
  std::vector<std::int64_t> splits;
};
FeatureImportance importance_of(TreeModel const& model);

}  // namespace tidemill::drivers
