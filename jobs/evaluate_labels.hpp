#pragma once

#include <string>
#include <utility>
#include <vector>

#include "io/tables/table.hpp"
#include "jobs/command.hpp"

namespace tidemill::jobs {

/// What `evaluate` is told of predictions that are names of classes or tags.
struct LabelOptions {
  std::string out_of_scope;  ///< name of the actual rows that belong to no class; a missing cell is one too
  std::string separator;     ///< tags: what stands between them
};
void add_label_options(boost::program_options::options_description& out, LabelOptions& options);

/// Whether predictions are names: a text column `prediction`, or a column `in_scope` beside it.
bool are_labels(io::Table const& predictions);

/// Collective. All metrics by name, in the order they are printed. Rows of `predictions` are those of `actual`.
std::vector<std::pair<std::string, double>> label_metrics(io::Comm const& comm, io::Table const& predictions,
                                                          io::Column const& actual, LabelOptions const& options);

}  // namespace tidemill::jobs
