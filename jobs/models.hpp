#pragma once

#include <boost/program_options.hpp>
#include <memory>
#include <string>
#include <vector>

#include "drivers/learn/model.hpp"
#include "drivers/linear/fit.hpp"
#include "drivers/trees/boost_model.hpp"
#include "drivers/trees/forest_model.hpp"
#include "jobs/command.hpp"

namespace tidemill::jobs {

/// Everything the options of all models can say.
struct TrainOptions {
  drivers::TreeParams tree;
  drivers::LinearParams linear;
  drivers::ForestParams forest;
  std::string growth = "leaf";
  std::string monotone;
  std::string quantiles = "0.1,0.5,0.9";
};

/// What a model is trained from.
struct TrainRequest {
  drivers::LearningData const& data;
  drivers::LearningData const* validation;  ///< null: none
  TrainOptions options;
  std::vector<double> quantiles;
  drivers::CheckpointPlace checkpoints;
};

/// One kind of model: its name, the options it reads (kinds may share a group of options), and how it is made.
struct ModelKind {
  std::string name;
  std::string summary;
  void (*add_options)(boost::program_options::options_description& out, TrainOptions& options);
  std::unique_ptr<drivers::Model> (*train)(Context const& context, TrainRequest const& request);
  std::unique_ptr<drivers::Model> (*load)(io::Hdf5File& file);
};

/// The explicit table: a new model is one line there.
std::vector<ModelKind> const& model_kinds();
/// Throws ConfigError naming the nearest kind.
ModelKind const& model_kind(std::string const& name);

/// Collective. A model file, whatever its kind.
struct LoadedModel {
  drivers::ModelCard card;
  std::unique_ptr<drivers::Model> model;
};
LoadedModel load_model_file(io::Comm const& comm, std::filesystem::path const& path);

}  // namespace tidemill::jobs
