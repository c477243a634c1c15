#include "jobs/evaluate_labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "drivers/learn/learning_data.hpp"
#include "drivers/metrics/labels.hpp"
#include "drivers/text/labels.hpp"
#include "io/error.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

using Values = std::vector<std::pair<std::string, double>>;
constexpr std::string_view tag_prefix = "probability_";

/// Cells as text, whatever the column's type; missing is empty.
std::vector<std::string> cells_of(io::Comm const& comm, io::Column const& column) {
  std::vector<std::string> const names = drivers::class_names(comm, column);
  std::vector<std::string> cells;
  for (std::int32_t const index : drivers::class_indices(column, names)) {
    cells.push_back(index < 0 ? std::string() : names[static_cast<std::size_t>(index)]);
  }
  return cells;
}

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : std::nan("");
}

/// Names of all ranks' labels, with numbers in byte order.
std::map<std::string, std::size_t> numbered(io::Comm const& comm, std::set<std::string> const& mine) {
  std::string joined;
  for (std::string const& name : mine) joined += name + '\n';
  std::set<std::string> all;
  for (std::string const& part : comm.gather_all_texts(joined)) {
    for (std::size_t at = 0; at < part.size();) {
      std::size_t const end = part.find('\n', at);
      all.insert(part.substr(at, end - at));
      at = end + 1;
    }
  }
  std::map<std::string, std::size_t> numbers;
  for (std::string const& name : all) numbers.emplace(name, numbers.size());
  return numbers;
}

std::vector<drivers::LabelCounts> summed(io::Comm const& comm, std::vector<drivers::LabelCounts> counts) {
  static_assert(sizeof(drivers::LabelCounts) == 3 * sizeof(std::int64_t));
  if (!counts.empty()) comm.sum(std::span<std::int64_t>(&counts[0].true_positive, counts.size() * 3));
  return counts;
}

Values class_metrics(io::Comm const& comm, io::Table const& predictions, std::vector<std::string> const& actual,
                     LabelOptions const& options) {
  std::vector<std::string> const predicted = cells_of(comm, predictions.at("prediction"));
  bool const can_reject = predictions.has("in_scope");
  std::set<std::string> names(predicted.begin(), predicted.end());
  names.insert(actual.begin(), actual.end());
  auto const number = numbered(comm, names);
  std::vector<drivers::LabelCounts> counts(number.size());
  std::int64_t in_scope[4] = {0, 0, 0, 0};  // rows, best class right, accepted, both
  std::int64_t outside[2] = {0, 0};         // rows, rejected
  std::vector<double> probability;
  std::vector<std::int8_t> is_right;
  for (std::size_t row = 0; row < actual.size(); ++row) {
    bool const accepted = !can_reject || predictions.at("in_scope").number(static_cast<std::int64_t>(row)) != 0;
    if (actual[row].empty() || actual[row] == options.out_of_scope) {
      ++outside[0];
      outside[1] += accepted ? 0 : 1;
      continue;
    }
    bool const right = predicted[row] == actual[row];
    in_scope[0] += 1;
    in_scope[1] += right ? 1 : 0;
    in_scope[2] += accepted ? 1 : 0;
    in_scope[3] += right && accepted ? 1 : 0;
    if (right) {
      ++counts[number.at(actual[row])].true_positive;
    } else {
      ++counts[number.at(actual[row])].false_negative;
      ++counts[number.at(predicted[row])].false_positive;
    }
    if (predictions.has("probability")) {
      probability.push_back(predictions.at("probability").number(static_cast<std::int64_t>(row)));
      is_right.push_back(right);
    }
  }
  comm.sum(std::span<std::int64_t>(in_scope));
  comm.sum(std::span<std::int64_t>(outside));
  drivers::F1Scores const f1 = drivers::f1_scores(summed(comm, counts));
  Values values{{"accuracy", share(in_scope[1], in_scope[0])}, {"micro_f1", f1.micro}, {"macro_f1", f1.macro}};
  if (can_reject) {
    values.emplace_back("in_scope_accuracy", share(in_scope[3], in_scope[0]));
    values.emplace_back("in_scope_recall", share(in_scope[2], in_scope[0]));
    values.emplace_back("out_of_scope_recall", share(outside[1], outside[0]));
  }
  if (predictions.has("probability")) {
    values.emplace_back("calibration_error", drivers::calibration_error(comm, probability, is_right));
  }
  return values;
}

Values tag_metrics(io::Comm const& comm, io::Table const& predictions, std::vector<std::string> const& actual,
                   LabelOptions const& options) {
  char const separator = options.separator.at(0);
  std::vector<std::string> const predicted = cells_of(comm, predictions.at("prediction"));
  std::vector<std::vector<std::string>> wanted, given;
  std::set<std::string> names;
  for (std::size_t row = 0; row < actual.size(); ++row) {
    wanted.push_back(drivers::split_labels(actual[row], separator));
    given.push_back(drivers::split_labels(predicted[row], separator));
    names.insert(wanted.back().begin(), wanted.back().end());
    names.insert(given.back().begin(), given.back().end());
  }
  auto const number = numbered(comm, names);
  std::vector<drivers::LabelCounts> counts(number.size());
  for (std::size_t row = 0; row < actual.size(); ++row) {
    for (std::string const& tag : wanted[row]) {
      bool const hit = std::binary_search(given[row].begin(), given[row].end(), tag);
      ++(hit ? counts[number.at(tag)].true_positive : counts[number.at(tag)].false_negative);
    }
    for (std::string const& tag : given[row]) {
      if (!std::binary_search(wanted[row].begin(), wanted[row].end(), tag)) ++counts[number.at(tag)].false_positive;
    }
  }
  drivers::F1Scores const f1 = drivers::f1_scores(summed(comm, counts));
  double precisions = 0;
  std::int64_t averaged = 0;
  for (io::Column const& column : predictions.columns) {
    if (!column.name.starts_with(tag_prefix)) continue;
    std::string const tag = column.name.substr(tag_prefix.size());
    std::vector<std::int8_t> is_positive;
    for (auto const& tags : wanted) is_positive.push_back(std::binary_search(tags.begin(), tags.end(), tag));
    std::vector<double> score;
    for (std::int64_t row = 0; row < column.size(); ++row) score.push_back(column.number(row));
    double const precision = drivers::average_precision(comm, score, is_positive);
    if (std::isnan(precision)) continue;
    precisions += precision;
    ++averaged;
  }
  return {{"micro_f1", f1.micro},
          {"macro_f1", f1.macro},
          {"map", averaged > 0 ? precisions / static_cast<double>(averaged) : std::nan("")},
          {"tags", static_cast<double>(f1.with_support)},
          {"tags_without_support", static_cast<double>(f1.without)}};
}

}  // namespace

void add_label_options(po::options_description& out, LabelOptions& options) {
  out.add_options()("out-of-scope", po::value(&options.out_of_scope),
                    "predicted classes of texts: actual value of rows that belong to none (an empty cell is one too)")(
      "tag-separator", po::value(&options.separator), "predicted tags: the character between them");
}

bool are_labels(io::Table const& predictions) {
  return predictions.has("prediction") && (predictions.at("prediction").is_text() || predictions.has("in_scope"));
}

Values label_metrics(io::Comm const& comm, io::Table const& predictions, io::Column const& actual,
                     LabelOptions const& options) {
  if (options.separator.size() > 1) throw ConfigError("--tag-separator: expected one character, as ';'");
  std::vector<std::string> const cells = cells_of(comm, actual);
  return options.separator.empty() ? class_metrics(comm, predictions, cells, options)
                                   : tag_metrics(comm, predictions, cells, options);
}

}  // namespace tidemill::jobs
