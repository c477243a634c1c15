#pragma once

#include "jobs/models.hpp"

namespace tidemill::jobs {

/// Options of all models made of trees.
void add_tree_options(boost::program_options::options_description& out, TrainOptions& options);

/// The options that do not depend on the features as parameters, seed set. Throws ConfigError.
drivers::TreeParams basic_tree_params(Context const& context, TrainOptions const& options);

/// The options as parameters: growth and monotone texts read, seed set. Throws ConfigError.
drivers::TreeParams tree_params(Context const& context, TrainRequest const& request);

}  // namespace tidemill::jobs
