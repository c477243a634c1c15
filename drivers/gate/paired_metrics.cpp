#include "drivers/gate/paired_metrics.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "io/error.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {
namespace {

using RowLoss = double (*)(double actual, double predicted, double tau);
using RowSize = double (*)(double actual);

double row_squared(double y, double f, double) { return (y - f) * (y - f); }
double row_absolute(double y, double f, double) { return std::abs(y - f); }
double row_difference(double y, double f, double) { return y - f; }
double row_pinball(double y, double f, double tau) {
  double const e = y - f;
  return std::isnan(e) ? e : std::max(tau * e, (tau - 1) * e);
}
double row_squared_log(double y, double f, double) {
  double const e = std::log1p(std::isnan(f) ? f : std::max(f, 0.0)) - std::log1p(y);
  return e * e;
}
/// Probabilities are kept off 0 and 1 by 1e-15, as drivers/metrics does.
double row_log_loss(double y, double p, double) {
  if ((y != 0 && y != 1) || std::isnan(p)) return std::nan("");
  return -std::log(std::clamp(y == 1 ? p : 1 - p, 1e-15, 1 - 1e-15));
}
double row_wrong_class(double y, double p, double) {
  if ((y != 0 && y != 1) || std::isnan(p)) return std::nan("");
  return (p > 0.5 ? 1.0 : 0.0) == y ? 0 : 1;
}
double outcome_one(double) { return 1; }
double outcome_itself(double y) { return y; }
double outcome_size(double y) { return std::abs(y); }

struct LossKind {
  char const* name;
  RowLoss loss;
  RowSize denominator;
  MetricForm form;
  bool margin_is_absolute;
};

constexpr LossKind loss_kinds[] = {{"rmse", row_squared, outcome_one, MetricForm::root, false},
                                   {"mse", row_squared, outcome_one, MetricForm::ratio, false},
                                   {"mae", row_absolute, outcome_one, MetricForm::ratio, false},
                                   {"rmsle", row_squared_log, outcome_one, MetricForm::root, false},
                                   {"wape", row_absolute, outcome_size, MetricForm::ratio, false},
                                   {"bias", row_difference, outcome_itself, MetricForm::size, true},
                                   {"logloss", row_log_loss, outcome_one, MetricForm::ratio, false},
                                   {"error", row_wrong_class, outcome_one, MetricForm::ratio, false}};
constexpr LossKind pinball_kind{"pinball", row_pinball, outcome_one, MetricForm::ratio, false};

constexpr std::string_view pinball_prefix = "pinball_";

std::optional<double> tau_of_metric(std::string const& name) {
  if (!name.starts_with(pinball_prefix)) return std::nullopt;
  double tau = 0;
  auto const end = name.data() + name.size();
  auto const read = std::from_chars(name.data() + pinball_prefix.size(), end, tau);
  if (read.ptr != end || read.ec != std::errc() || !(tau > 0 && tau < 1)) return std::nullopt;
  return tau;
}

LossKind const& loss_kind_named(std::string const& name) {
  if (tau_of_metric(name)) return pinball_kind;
  for (LossKind const& kind : loss_kinds) {
    if (name == kind.name) return kind;
  }
  throw ConfigError(fmt::format("unknown metric '{}' for a gate; did you mean '{}'? Metrics: {}", name,
                                io::nearest_name(name, paired_metric_names()), fmt::join(paired_metric_names(), ", ")));
}

}  // namespace

PairedMetric paired_metric(std::string const& name, PairedPredictions const& rows) {
  LossKind const& kind = loss_kind_named(name);
  double const tau = tau_of_metric(name).value_or(0);
  PairedMetric metric;
  metric.name = name;
  metric.form = kind.form;
  metric.margin_is_absolute = kind.margin_is_absolute;
  for (std::size_t i = 0; i < rows.actual.size(); ++i) {
    metric.champion.push_back(kind.loss(rows.actual[i], rows.champion[i], tau));
    metric.challenger.push_back(kind.loss(rows.actual[i], rows.challenger[i], tau));
    metric.denominator.push_back(kind.denominator(rows.actual[i]));
  }
  return metric;
}

std::vector<std::string> const& paired_metric_names() {
  static std::vector<std::string> const names = [] {
    std::vector<std::string> all;
    for (LossKind const& kind : loss_kinds) all.emplace_back(kind.name);
    all.emplace_back("pinball_0.9");
    return all;
  }();
  return names;
}

}  // namespace tidemill::drivers
