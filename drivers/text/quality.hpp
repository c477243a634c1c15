#pragma once

#include <map>
#include <string>

#include "drivers/text/text_classifier.hpp"

namespace tidemill::drivers {

/// Collective. What is right in predictions of this rank's rows, by the names of domain.md, sections 10 and 14. One
/// class per row: accuracy (best class of rows that have one in scope), macro_f1, in_scope_recall, calibration_error,
/// and with rows of the out-of-scope class out_of_scope_recall. Tags: micro_f1, macro_f1. Sums are of integers: the
/// same for any number of ranks. NaN where there is nothing to average. `labels` are in the model's classes.
std::map<std::string, double> text_quality(io::Comm const& comm, TextClassifier const& model,
                                           TextPredictions const& predictions, RowLabels const& labels);

}  // namespace tidemill::drivers
