#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidemill::drivers {

/// What is predicted, which decides the loss and the columns of a prediction.
enum class Task {
  regression,  ///< mean; squared loss
  binary,      ///< probability of the second class; logistic loss
  multiclass,  ///< one probability per class; softmax loss
  poisson,     ///< mean of a count; log link
  tweedie,     ///< mean of a non-negative amount with many zeros; log link
  quantile,    ///< one value per requested quantile; pinball loss
};

std::string_view name_of(Task task);
/// Throws ConfigError listing the tasks, the nearest first.
Task task_named(std::string const& name);
inline bool is_classification(Task task) { return task == Task::binary || task == Task::multiclass; }

}  // namespace tidemill::drivers
