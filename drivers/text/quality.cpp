#include "drivers/text/quality.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "drivers/metrics/labels.hpp"

namespace tidemill::drivers {
namespace {

double ratio_of(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : std::nan("");
}

F1Scores summed_scores(io::Comm const& comm, std::vector<LabelCounts> counts) {
  static_assert(sizeof(LabelCounts) == 3 * sizeof(std::int64_t));
  if (!counts.empty()) comm.sum(std::span<std::int64_t>(&counts[0].true_positive, counts.size() * 3));
  return f1_scores(counts);
}

std::map<std::string, double> tag_quality(io::Comm const& comm, std::size_t classes, TextPredictions const& predictions,
                                          RowLabels const& labels) {
  std::vector<LabelCounts> counts(classes);
  for (std::int64_t row = 0; row < labels.rows(); ++row) {
    auto const wanted = labels.of(row);
    std::vector<std::int32_t> const& given = predictions.tags[static_cast<std::size_t>(row)];
    for (std::int32_t const tag : wanted) {
      bool const hit = std::binary_search(given.begin(), given.end(), tag);
      LabelCounts& count = counts[static_cast<std::size_t>(tag)];
      ++(hit ? count.true_positive : count.false_negative);
    }
    for (std::int32_t const tag : given) {
      if (!std::binary_search(wanted.begin(), wanted.end(), tag))
        ++counts[static_cast<std::size_t>(tag)].false_positive;
    }
  }
  F1Scores const f1 = summed_scores(comm, std::move(counts));
  return {{"micro_f1", f1.micro}, {"macro_f1", f1.macro}};
}

}  // namespace

std::map<std::string, double> text_quality(io::Comm const& comm, TextClassifier const& model,
                                           TextPredictions const& predictions, RowLabels const& labels) {
  std::vector<std::string> const& classes = model.classes();
  if (model.params().has_tags) return tag_quality(comm, classes.size(), predictions, labels);
  std::vector<LabelCounts> counts(classes.size());
  std::array<std::int64_t, 5> rows{};  // in scope, right, accepted; out of scope, rejected
  std::vector<double> probability;
  std::vector<std::int8_t> is_right;
  for (std::int64_t row = 0; row < labels.rows(); ++row) {
    auto const at = static_cast<std::size_t>(row);
    std::int32_t const wanted = labels.of(row)[0], given = predictions.best[at];
    bool const is_accepted = predictions.in_scope[at] != 0;
    if (classes[static_cast<std::size_t>(wanted)] == model.params().out_of_scope) {
      ++rows[3];
      rows[4] += is_accepted ? 0 : 1;
      continue;
    }
    bool const right = wanted == given;
    ++rows[0];
    rows[1] += right ? 1 : 0;
    rows[2] += is_accepted ? 1 : 0;
    ++(right ? counts[static_cast<std::size_t>(wanted)].true_positive
             : counts[static_cast<std::size_t>(wanted)].false_negative);
    if (!right) ++counts[static_cast<std::size_t>(given)].false_positive;
    probability.push_back(predictions.probability[at * classes.size() + static_cast<std::size_t>(given)]);
    is_right.push_back(right ? 1 : 0);
  }
  comm.sum(std::span<std::int64_t>(rows));
  std::map<std::string, double> quality{{"accuracy", ratio_of(rows[1], rows[0])},
                                        {"macro_f1", summed_scores(comm, std::move(counts)).macro},
                                        {"in_scope_recall", ratio_of(rows[2], rows[0])},
                                        {"calibration_error", calibration_error(comm, probability, is_right)}};
  if (!model.params().out_of_scope.empty()) quality["out_of_scope_recall"] = ratio_of(rows[4], rows[3]);
  return quality;
}

}  // namespace tidemill::drivers
