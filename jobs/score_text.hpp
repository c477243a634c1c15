#pragma once

#include <string>

#include "io/hdf5/file.hpp"
#include "io/tables/table.hpp"
#include "jobs/command.hpp"

namespace tidemill::jobs {

/// Whether a model file holds a classifier of texts.
bool is_text_model(io::Hdf5File& file);

/// Collective. What the classifier says of each row: row, prediction, probability, in_scope; with tags row, prediction
/// (their names with the separator between them), in_scope (0: no tag) and probability_TAG for each tag.
io::Table score_texts(Context const& context, io::Hdf5File& model, std::string const& input);

}  // namespace tidemill::jobs
