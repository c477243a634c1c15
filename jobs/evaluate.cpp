#include "jobs/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "drivers/learn/learning_data.hpp"
#include "drivers/metrics/classification.hpp"
#include "drivers/metrics/regression.hpp"
#include "io/error.hpp"
#include "io/tables/read_table.hpp"
#include "jobs/aligned_rows.hpp"
#include "jobs/commands.hpp"
#include "jobs/evaluate_labels.hpp"
#include "jobs/lists.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct EvaluateCommand {
  std::string predictions, actual, target, metrics;
  RankingOptions ranking;
  LabelOptions labels;
};

using Values = std::vector<std::pair<std::string, double>>;

/// What one evaluation knows; a family of metrics is computed when one of it is first asked for.
class Evaluation {
 public:
  Evaluation(io::Comm const& comm, io::Table const& predictions, io::Column const& actual)
      : comm_(comm), predictions_(predictions), actual_(actual) {
    for (io::Column const& column : predictions.columns) {
      if (column.name.starts_with(class_prefix)) classes_.push_back(column.name.substr(class_prefix.size()));
      if (column.name.starts_with(quantile_prefix)) {
        quantiles_.push_back(split_numbers("predictions", column.name.substr(quantile_prefix.size())).at(0));
      }
    }
  }

  bool is_multiclass() const { return !classes_.empty(); }
  bool has_quantiles() const { return !quantiles_.empty(); }
  bool may_be_binary() const {
    return !is_multiclass() && !has_quantiles() && drivers::class_names(comm_, actual_).size() == 2;
  }

  Values metric(std::string const& name) {
    if (name == "pinball") return pinball();
    if (name == "coverage" || name == "width") return interval(name);
    if (name == "auc") return {{name, auc()}};
    if (name == "logloss" || name == "error" || name == "accuracy") return classification(name);
    return regression(name);
  }

 private:
  static constexpr std::string_view class_prefix = "probability_";
  static constexpr std::string_view quantile_prefix = "quantile_";

  Values regression(std::string const& name) {
    if (!errors_) {
      std::vector<double> const actual = numbers_of(actual_), predicted = numbers_of(predictions_.at("prediction"));
      errors_ = drivers::regression_errors(comm_, {actual, predicted});
    }
    for (auto const& [known, value] : Values{{"rmse", errors_->rmse},
                                             {"mse", errors_->mse},
                                             {"mae", errors_->mae},
                                             {"rmsle", errors_->rmsle},
                                             {"wape", errors_->wape},
                                             {"bias", errors_->bias},
                                             {"r2", errors_->r2}}) {
      if (known == name) return {{name, value}};
    }
    std::vector<std::string> const known{"rmse", "mse",     "mae",   "rmsle", "wape",    "bias",     "r2",
                                         "auc",  "logloss", "error", "width", "pinball", "coverage", "accuracy"};
    throw ConfigError(
        fmt::format("unknown metric '{}'; did you mean '{}'? Metrics: {} (mase and rmsse need each "
                    "series' history: see backtest)",
                    name, io::nearest_name(name, known), fmt::join(known, ", ")));
  }

  Values pinball() {
    std::vector<double> const actual = numbers_of(actual_);
    Values values;
    for (double const tau : quantiles_) {
      std::string const column = fmt::format("quantile_{}", tau);
      std::vector<double> const predicted = numbers_of(predictions_.at(column));
      values.emplace_back(fmt::format("pinball_{}", tau), drivers::pinball(comm_, {actual, predicted}, tau));
    }
    if (values.empty()) throw DataError("pinball needs prediction columns named quantile_0.1 and so on");
    return values;
  }

  Values interval(std::string const& name) {
    if (quantiles_.size() < 2) throw DataError(name + " needs two prediction columns named quantile_0.1 and so on");
    std::vector<double> const actual = numbers_of(actual_);
    std::vector<double> const low = numbers_of(predictions_.at(fmt::format("quantile_{}", quantiles_.front())));
    std::vector<double> const high = numbers_of(predictions_.at(fmt::format("quantile_{}", quantiles_.back())));
    auto const quality = drivers::interval_quality(comm_, actual, low, high);
    return {{name, name == "coverage" ? quality.coverage : quality.width}};
  }

  /// Class number of every actual value; binary: the later of the two values is the positive class.
  std::vector<std::int32_t> actual_classes() {
    if (is_multiclass()) return drivers::class_indices(actual_, classes_);
    std::vector<std::string> const names = drivers::class_names(comm_, actual_);
    if (names.size() != 2) {
      throw DataError(
          fmt::format("'{}' has {} distinct values; this metric needs two classes, or prediction columns "
                      "probability_CLASS",
                      actual_.name, names.size()));
    }
    return drivers::class_indices(actual_, names);
  }

  double auc() {
    if (is_multiclass()) throw ConfigError("auc is for two classes");
    std::vector<std::int8_t> is_positive;
    for (std::int32_t const index : actual_classes()) is_positive.push_back(index == 1);
    return drivers::auc(comm_, is_positive, numbers_of(predictions_.at("prediction")));
  }

  Values classification(std::string const& name) {
    std::size_t const width = is_multiclass() ? classes_.size() : 2;
    std::vector<double> probability(static_cast<std::size_t>(predictions_.rows()) * width);
    for (std::size_t k = is_multiclass() ? 0 : 1; k < width; ++k) {
      std::string const column = is_multiclass() ? std::string(class_prefix) + classes_[k] : "prediction";
      std::vector<double> const values = numbers_of(predictions_.at(column));
      for (std::size_t row = 0; row < values.size(); ++row) {
        probability[row * width + k] = values[row];
        if (!is_multiclass()) probability[row * width] = 1 - values[row];
      }
    }
    auto const errors = drivers::classification_errors(comm_, actual_classes(), probability, static_cast<int>(width));
    return {{name, name == "logloss" ? errors.logloss : name == "error" ? errors.error : errors.accuracy}};
  }

  io::Comm const& comm_;
  io::Table const& predictions_;
  io::Column const& actual_;
  std::vector<std::string> classes_;
  std::vector<double> quantiles_;
  std::optional<drivers::RegressionErrors> errors_;
};

std::vector<std::string> default_metrics(Evaluation const& evaluation) {
  if (evaluation.is_multiclass()) return {"logloss", "accuracy", "error"};
  if (evaluation.has_quantiles()) return {"pinball", "coverage", "width"};
  if (evaluation.may_be_binary()) return {"auc", "logloss", "accuracy", "error"};
  return {"rmse", "mae", "wape", "bias", "r2"};
}

/// The metrics that were asked for; all when none was.
void print_labels(Context const& context, std::int64_t rows, std::vector<std::string> const& names,
                  Values const& values) {
  nlohmann::ordered_json result{{"rows", rows}};
  std::string lines;
  std::vector<std::string> known;
  for (auto const& [name, value] : values) {
    known.push_back(name);
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    result[name] = value;  // a missing value is written as null
    lines += fmt::format("{:<20} {:.6g}\n", name, value);
  }
  for (std::string const& name : names) {
    if (result.contains(name)) continue;
    throw ConfigError(
        fmt::format("metric '{}' cannot be computed from these predictions; did you mean '{}'? Metrics: {}", name,
                    io::nearest_name(name, known), fmt::join(known, ", ")));
  }
  print_result(context, context.json ? result.dump(2) + "\n" : lines);
}

void run_predictions(Context const& context, EvaluateCommand const& command) {
  io::Table const actual = io::read_table(context.comm, command.actual);
  io::Table const predictions =
      aligned_rows(context.comm, io::read_table(context.comm, command.predictions), actual.range);
  io::Column const& target = actual.columns[drivers::find_column(actual, command.target)];
  std::vector<std::string> names = split_list(command.metrics);
  if (are_labels(predictions)) {
    print_labels(context, actual.range.total, names, label_metrics(context.comm, predictions, target, command.labels));
    return;
  }
  Evaluation evaluation(context.comm, predictions, target);
  if (names.empty()) names = default_metrics(evaluation);
  nlohmann::ordered_json result;
  std::string lines;
  result["rows"] = actual.range.total;
  for (std::string const& name : names) {
    for (auto const& [full_name, value] : evaluation.metric(name)) {
      result[full_name] = value;  // a missing value is written as null
      lines += fmt::format("{:<14} {:.6g}\n", full_name, value);
    }
  }
  print_result(context, context.json ? result.dump(2) + "\n" : lines);
}

/// Throws ConfigError naming the options of `needed` that are not given.
void check_given(Context const& context, std::string const& given, std::vector<std::string> const& needed) {
  std::string missing;
  for (std::string const& option : needed) {
    if (context.values.count(option) == 0) missing += (missing.empty() ? "--" : ", --") + option;
  }
  if (!missing.empty()) throw ConfigError(fmt::format("evaluate --{} needs {} too", given, missing));
}

void run_evaluate(Context const& context, EvaluateCommand const& command) {
  bool const has_lists = context.values.count("recommendations") != 0;
  if (has_lists == (context.values.count("predictions") != 0)) {
    throw ConfigError(
        "evaluate needs one of --predictions (with --actual, --target) and --recommendations (with "
        "--interactions)");
  }
  if (has_lists) {
    check_given(context, "recommendations", {"interactions"});
    evaluate_recommendations(context, command.ranking, split_list(command.metrics));
  } else {
    check_given(context, "predictions", {"actual", "target"});
    run_predictions(context, command);
  }
}

}  // namespace

Command make_evaluate_command() {
  auto command = std::make_shared<EvaluateCommand>();
  Command result{"evaluate", "compare predictions or recommendations with what happened", {}, {}, {}};
  result.options.add_options()("predictions", po::value(&command->predictions), "output of score")(
      "actual", po::value(&command->actual), "table with the true values, in the same order")(
      "target", po::value(&command->target), "column of the true values: name, or number from 1")(
      "metrics", po::value(&command->metrics),
      "rmse, mse, mae, rmsle, wape, bias, r2, auc, logloss, error, accuracy, pinball, coverage, width; by default "
      "those that fit");
  add_ranking_options(result.options, command->ranking);
  add_label_options(result.options, command->labels);
  result.run = [command](Context const& context) { run_evaluate(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
