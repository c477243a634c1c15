#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "drivers/learn/learning_data.hpp"
#include "io/comm/comm.hpp"
#include "io/hdf5/file.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// What every model file says about itself (group "learning"): enough to read rows for it and to name its output.
struct ModelCard {
  std::string kind;  ///< boost, forest, linear, baseline
  Task task = Task::regression;
  std::string target;
  std::vector<std::string> classes;
  std::vector<double> quantiles;
  FeatureNames features;

  /// Values per row of a prediction.
  int outputs() const;
  /// binary, and all tasks with one value: prediction; multiclass: probability_CLASS; quantile: quantile_0.9
  std::vector<std::string> output_names() const;
};
ModelCard make_card(std::string kind, LearningData const& data, std::vector<double> quantiles = {});
void save_card(io::Hdf5File& file, ModelCard const& card);
ModelCard load_card(io::Hdf5File& file);

/// A trained model, the same on every rank.
class Model {
 public:
  virtual ~Model() = default;
  /// Collective. Everything but the card.
  virtual void save(io::Hdf5File& file) const = 0;
  /// Collective. Row-major, rows.rows() x card.outputs(), as probabilities or in the target's unit. `rows` are selected
  /// for this model (select_features).
  virtual std::vector<double> predict(io::Comm const& comm, io::Table const& rows) const = 0;
  /// Trees only. Not collective. Contributions of the features to each output of this rank's rows, row-major with
  /// features + 1 numbers per output (the last: what is the same for all rows). Others throw ConfigError.
  virtual std::vector<double> contributions(io::Table const& rows) const;
  /// Trees only: gain and number of splits per feature; others give none.
  struct Importance {
    std::vector<double> gain;
    std::vector<std::int64_t> splits;
  };
  virtual Importance importance() const { return {}; }
  /// What training found out beside the model, by name; for the report of `train`.
  virtual std::map<std::string, double> facts() const { return {}; }
};

}  // namespace tidemill::drivers
