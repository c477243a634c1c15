#pragma once

#include <string>
#include <vector>

#include "drivers/learn/task.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Which columns of a table play which part.
struct LearningColumns {
  std::string target;                    ///< name, or number from 1
  std::vector<std::string> ignored;      ///< names, or numbers from 1
  std::vector<std::string> categorical;  ///< numeric columns to be taken as categories; text always is
  std::string weight;                    ///< optional, name or number
};

/// This rank's rows, ready to learn from: numeric features are numbers, categorical ones are text columns.
struct LearningData {
  Task task = Task::regression;
  io::Table features;
  std::string target_name;
  std::vector<double> target;        ///< classification: index into `classes`
  std::vector<double> weight;        ///< empty: every row counts once
  std::vector<std::string> classes;  ///< classification: numbers ascending, texts in byte order
};

/// Position of the column called `name`, or with that number from 1. Throws DataError when there is none.
std::size_t find_column(io::Table const& table, std::string const& name);

/// Collective. Throws DataError when a target or weight is missing or does not fit the task (rows named from 1).
LearningData make_learning_data(io::Comm const& comm, io::Table table, LearningColumns const& columns, Task task);

/// Collective. Distinct values of a column as class names, in the order of LearningData::classes.
std::vector<std::string> class_names(io::Comm const& comm, io::Column const& column);
/// Each row's index into `classes`, or -1 when the value is missing or none of them.
std::vector<std::int32_t> class_indices(io::Column const& column, std::vector<std::string> const& classes);

/// What a model remembers of its features, so that rows of another file are read the same way.
struct FeatureNames {
  std::vector<std::string> names;
  std::vector<std::int8_t> is_categorical;
};
FeatureNames feature_names(io::Table const& features);
/// Collective. The model's features out of a table that may hold more, in the model's order and kinds. Throws DataError
/// when one is absent, or is text where the model knows numbers.
io::Table select_features(io::Comm const& comm, io::Table const& table, FeatureNames const& features);

}  // namespace tidemill::drivers
