#include "drivers/gate/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "drivers/gate/resample.hpp"
#include "drivers/gate/units.hpp"
#include "drivers/partition/exact_sum.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

double metric_value(PairedMetric const& metric, double numerator, double denominator) {
  if (denominator == 0) return std::nan("");
  double const ratio = numerator / denominator;
  if (metric.form == MetricForm::root) return std::sqrt(ratio);
  return metric.form == MetricForm::size ? std::abs(ratio) : ratio;
}

double metric_gain(PairedMetric const& metric, double champion, double challenger) {
  return metric.higher_is_better ? challenger - champion : champion - challenger;
}

/// The value at share q of the ascending values.
double ascending_quantile(std::vector<double> const& ascending, double q) {
  return ascending[static_cast<std::size_t>(std::floor(q * static_cast<double>(ascending.size() - 1) + 0.5))];
}

/// A resample in which the metric does not exist counts against the challenger.
std::vector<double> ascending_gains(PairedMetric const& metric, MetricResamples const& sums) {
  std::vector<double> gains;
  for (std::size_t b = 0; b < sums.denominator.size(); ++b) {
    double const difference = metric_gain(metric, metric_value(metric, sums.champion[b], sums.denominator[b]),
                                          metric_value(metric, sums.challenger[b], sums.denominator[b]));
    gains.push_back(std::isnan(difference) ? -std::numeric_limits<double>::infinity() : difference);
  }
  std::sort(gains.begin(), gains.end());
  return gains;
}

/// Collective.
void set_metric_values(io::Comm const& comm, PairedMetric const& metric, GateFigure& figure) {
  ExactSum champion, challenger, denominator;
  for (double const term : metric.champion) champion.add(term);
  for (double const term : metric.challenger) challenger.add(term);
  for (double const term : metric.denominator) denominator.add(term);
  std::vector<double> const totals = ExactSum::totals(comm, {champion, challenger, denominator});
  figure.champion = metric_value(metric, totals[0], totals[2]);
  figure.challenger = metric_value(metric, totals[1], totals[2]);
  figure.improvement = metric_gain(metric, figure.champion, figure.challenger);
}

/// Resamples without a difference count on both sides.
void set_p_values(std::vector<double> const& ascending, GateFigure& figure) {
  auto const no_gain = std::upper_bound(ascending.begin(), ascending.end(), 0.0) - ascending.begin();
  auto const no_loss = ascending.end() - std::lower_bound(ascending.begin(), ascending.end(), 0.0);
  auto const draws = static_cast<double>(ascending.size());
  figure.no_gain = (1 + static_cast<double>(no_gain)) / (1 + draws);
  figure.no_loss = (1 + static_cast<double>(no_loss)) / (1 + draws);
}

/// Collective.
GateFigure gate_figure(io::Comm const& comm, PairedRows const& rows, std::size_t number, GateParams const& params) {
  PairedMetric const& metric = rows.metrics[number];
  GateFigure figure;
  figure.metric = metric.name;
  figure.is_target = number == 0;
  set_metric_values(comm, metric, figure);
  if (std::isnan(figure.improvement)) {
    figure.lower = figure.upper = figure.limit = std::nan("");
    return figure;
  }
  std::vector<double> const gains = ascending_gains(metric, resample_metric(comm, rows.unit, metric, params));
  figure.lower = ascending_quantile(gains, 1 - params.confidence);
  figure.upper = ascending_quantile(gains, params.confidence);
  set_p_values(gains, figure);
  bool const must_gain = figure.is_target && !params.is_refresh;
  double const scale = metric.margin_is_absolute ? 1 : std::abs(figure.champion);
  figure.limit = must_gain ? 0 : -params.tolerance * scale;
  figure.passed = figure.lower > figure.limit;
  return figure;
}

std::string gate_reason(GateVerdict const& verdict) {
  if (verdict.units < verdict.params.min_units) {
    return fmt::format("only {} units were judged; at least {} are needed", verdict.units, verdict.params.min_units);
  }
  for (GateFigure const& figure : verdict.figures) {
    if (figure.passed) continue;
    if (std::isnan(figure.improvement)) return figure.metric + " cannot be computed on the judged rows";
    return fmt::format("{} {}: the lower bound of its improvement is {:.6g}, which is not above {:.6g}",
                       figure.is_target ? "target" : "guardrail", figure.metric, figure.lower, figure.limit);
  }
  return verdict.params.is_refresh ? "no metric falls by more than the tolerance"
                                   : "the target improves and no guardrail falls";
}

nlohmann::ordered_json finite_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
}

}  // namespace

void check(GateParams const& params) {
  if (!(params.confidence > 0.5 && params.confidence < 1)) {
    throw ConfigError(fmt::format("confidence = {}: expected a share between 0.5 and 1", params.confidence));
  }
  if (params.resamples < 100 || params.resamples > 1000000) {
    throw ConfigError(fmt::format("resamples = {}: expected 100 to 1000000", params.resamples));
  }
  if (!(params.tolerance >= 0 && params.tolerance < 1)) {
    throw ConfigError(fmt::format("tolerance = {}: expected a share from 0 to below 1", params.tolerance));
  }
}

GateVerdict judge_challenger(io::Comm const& comm, PairedRows const& rows, GateParams const& params) {
  check(params);
  if (rows.metrics.empty()) throw ConfigError("the gate needs a target metric");
  GateVerdict verdict;
  verdict.params = params;
  verdict.rows = comm.sum(static_cast<std::int64_t>(rows.unit.size()));
  verdict.units = count_units(comm, rows.unit);
  for (std::size_t m = 0; m < rows.metrics.size(); ++m) {
    verdict.figures.push_back(gate_figure(comm, rows, m, params));
  }
  bool const all_passed =
      std::all_of(verdict.figures.begin(), verdict.figures.end(), [](GateFigure const& f) { return f.passed; });
  verdict.promoted = all_passed && verdict.units >= params.min_units;
  verdict.reason = gate_reason(verdict);
  return verdict;
}

std::string to_json(GateVerdict const& verdict) {
  nlohmann::ordered_json figures = nlohmann::ordered_json::array();
  for (GateFigure const& figure : verdict.figures) {
    figures.push_back({{"metric", figure.metric},
                       {"role", figure.is_target ? "target" : "guardrail"},
                       {"champion", finite_or_null(figure.champion)},
                       {"challenger", finite_or_null(figure.challenger)},
                       {"improvement", finite_or_null(figure.improvement)},
                       {"lower", finite_or_null(figure.lower)},
                       {"upper", finite_or_null(figure.upper)},
                       {"limit", finite_or_null(figure.limit)},
                       {"passed", figure.passed}});
  }
  nlohmann::ordered_json const json{{"promoted", verdict.promoted},
                                    {"reason", verdict.reason},
                                    {"rows", verdict.rows},
                                    {"units", verdict.units},
                                    {"confidence", verdict.params.confidence},
                                    {"resamples", verdict.params.resamples},
                                    {"tolerance", verdict.params.tolerance},
                                    {"refresh", verdict.params.is_refresh},
                                    {"seed", verdict.params.seed},
                                    {"metrics", figures}};
  return json.dump(2) + "\n";
}

std::string to_text(GateVerdict const& verdict) {
  std::string text = fmt::format("{}: {}\n{} rows of {} units, {} resamples, bounds of {:g} % each, seed {}\n",
                                 verdict.promoted ? "promoted" : "refused", verdict.reason, verdict.rows, verdict.units,
                                 verdict.params.resamples, verdict.params.confidence * 100, verdict.params.seed);
  text += fmt::format("{:<12} {:<10} {:>12} {:>12} {:>12} {:>12} {:>12} {:>12}\n", "metric", "role", "champion",
                      "challenger", "improvement", "lower", "must exceed", "passed");
  for (GateFigure const& f : verdict.figures) {
    text += fmt::format("{:<12} {:<10} {:>12.6g} {:>12.6g} {:>12.6g} {:>12.6g} {:>12.6g} {:>12}\n", f.metric,
                        f.is_target ? "target" : "guardrail", f.champion, f.challenger, f.improvement, f.lower, f.limit,
                        f.passed ? "yes" : "no");
  }
  return text;
}

}  // namespace tidemill::drivers
