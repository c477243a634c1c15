#include "drivers/experiment/experiment.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "drivers/learn/learning_data.hpp"
#include "drivers/partition/exact_sum.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// This rank's units: arm (-1: none), and for one metric its values.
struct ExperimentUnits {
  std::vector<std::int32_t> arm;
  std::vector<double> value, covariate;

  bool counts(std::size_t i, bool with_covariate) const {
    return arm[i] >= 0 && !std::isnan(value[i]) && (!with_covariate || !std::isnan(covariate[i]));
  }
};

std::vector<double> experiment_numbers(io::Table const& table, std::string const& name) {
  io::Column const& column = table.at(name);
  if (column.is_text()) throw DataError("column '" + name + "' holds text; an experiment needs numbers");
  std::vector<double> values;
  for (std::int64_t row = 0; row < table.rows(); ++row) values.push_back(column.number(row));
  return values;
}

/// Collective. Summaries of all arms.
std::vector<ArmSummary> arm_summaries(io::Comm const& comm, ExperimentUnits const& units,
                                      std::vector<double> const& value, std::size_t arms, bool with_covariate) {
  std::vector<std::int64_t> count(arms, 0);
  std::vector<ExactSum> sums(arms), squares(arms);
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!units.counts(i, with_covariate)) continue;
    auto const a = static_cast<std::size_t>(units.arm[i]);
    ++count[a];
    sums[a].add(value[i]);
  }
  comm.sum(std::span<std::int64_t>(count));
  std::vector<double> const totals = ExactSum::totals(comm, sums);
  std::vector<ArmSummary> result(arms);
  for (std::size_t a = 0; a < arms; ++a) {
    result[a].units = static_cast<double>(count[a]);
    result[a].mean = count[a] > 0 ? totals[a] / result[a].units : std::nan("");
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!units.counts(i, with_covariate)) continue;
    auto const a = static_cast<std::size_t>(units.arm[i]);
    double const off = value[i] - result[a].mean;
    squares[a].add(off * off);
  }
  std::vector<double> const spreads = ExactSum::totals(comm, squares);
  for (std::size_t a = 0; a < arms; ++a) {
    result[a].variance = count[a] > 1 ? spreads[a] / (result[a].units - 1) : std::nan("");
  }
  return result;
}

/// Collective. y - theta (x - mean x) over the units of all arms, and what that saves.
struct Adjusted {
  std::vector<double> value;
  double theta = std::nan(""), variance_factor = std::nan("");
};
Adjusted adjust_by_covariate(io::Comm const& comm, ExperimentUnits const& units) {
  ExactSum x_sum, y_sum;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < units.value.size(); ++i) {
    if (!units.counts(i, true)) continue;
    ++count;
    x_sum.add(units.covariate[i]);
    y_sum.add(units.value[i]);
  }
  count = comm.sum(count);
  std::vector<double> const means = ExactSum::totals(comm, {x_sum, y_sum});
  double const x_mean = means[0] / static_cast<double>(count), y_mean = means[1] / static_cast<double>(count);
  ExactSum xx, xy, yy;
  for (std::size_t i = 0; i < units.value.size(); ++i) {
    if (!units.counts(i, true)) continue;
    double const x = units.covariate[i] - x_mean, y = units.value[i] - y_mean;
    xx.add(x * x);
    xy.add(x * y);
    yy.add(y * y);
  }
  std::vector<double> const moments = ExactSum::totals(comm, {xx, xy, yy});
  Adjusted adjusted{units.value, 0, 1};
  if (!(moments[0] > 0)) return adjusted;  // a constant covariate explains nothing
  adjusted.theta = moments[1] / moments[0];
  if (moments[2] > 0) adjusted.variance_factor = 1 - moments[1] / moments[0] * (moments[1] / moments[2]);
  for (std::size_t i = 0; i < units.value.size(); ++i) {
    adjusted.value[i] -= adjusted.theta * (units.covariate[i] - x_mean);
  }
  return adjusted;
}

/// Collective. What each arm had summed up at each look: over its first `ends[look]` units in global order.
struct LookSums {
  std::vector<double> sum, square;  ///< of values less `centre`
};
LookSums sums_at_looks(io::Comm const& comm, ExperimentUnits const& units, std::size_t arm,
                       std::vector<std::int64_t> const& ends, double centre) {
  std::int64_t mine = 0;
  for (std::size_t i = 0; i < units.value.size(); ++i) {
    mine += units.counts(i, false) && static_cast<std::size_t>(units.arm[i]) == arm ? 1 : 0;
  }
  std::int64_t place = comm.sum_before(mine);
  std::vector<ExactSum> parts(2 * ends.size());
  std::size_t look = 0;
  for (std::size_t i = 0; i < units.value.size(); ++i) {
    if (!units.counts(i, false) || static_cast<std::size_t>(units.arm[i]) != arm) continue;
    while (look < ends.size() && place >= ends[look]) ++look;
    if (look == ends.size()) break;
    double const value = units.value[i] - centre;
    parts[2 * look].add(value);
    parts[2 * look + 1].add(value * value);
    ++place;
  }
  std::vector<double> const totals = ExactSum::totals(comm, parts);
  LookSums sums;
  double sum = 0, square = 0;
  for (std::size_t k = 0; k < ends.size(); ++k) {
    sums.sum.push_back(sum += totals[2 * k]);
    sums.square.push_back(square += totals[2 * k + 1]);
  }
  return sums;
}

/// Collective. The i-th unit of the arm stands against the i-th of the control; at every look the variances are those
/// of the units so far.
void set_sequential(io::Comm const& comm, ExperimentUnits const& units, std::size_t control, std::size_t arm,
                    ExperimentParams const& params, ExperimentRow& row) {
  auto const pairs = static_cast<std::int64_t>(std::min(row.control.units, row.treatment.units));
  double const sd = params.prior_sd > 0 ? params.prior_sd : std::sqrt(row.control.variance) / 10;
  row.prior_variance = sd * sd;
  if (pairs < 2 || !(sd > 0)) return;
  std::vector<std::int64_t> ends;
  for (int look = 1; look <= params.looks; ++look) {
    std::int64_t const end = std::max<std::int64_t>(2, pairs * look / params.looks);
    if (ends.empty() || end > ends.back()) ends.push_back(end);
  }
  LookSums const a = sums_at_looks(comm, units, control, ends, row.control.mean);
  LookSums const b = sums_at_looks(comm, units, arm, ends, row.control.mean);
  for (std::size_t k = 0; k < ends.size(); ++k) {
    auto const n = static_cast<double>(ends[k]);
    auto const variance = [n](double sum, double square) { return (square - sum * sum / n) / (n - 1); };
    double const s2 = variance(a.sum[k], a.square[k]) + variance(b.sum[k], b.square[k]);
    if (!(s2 > 0)) continue;
    row.sequential_ratio = mixture_ratio(n, (b.sum[k] - a.sum[k]) / n, s2, row.prior_variance);
    row.sequential_p = std::min(row.sequential_p, 1 / row.sequential_ratio);
  }
}

bool all_zero_or_one(io::Comm const& comm, ExperimentUnits const& units) {
  std::int64_t others = 0;
  for (std::size_t i = 0; i < units.value.size(); ++i) {
    others += units.counts(i, false) && units.value[i] != 0 && units.value[i] != 1 ? 1 : 0;
  }
  return comm.sum(others) == 0;
}

ArmTest no_test() {
  double const missing = std::numeric_limits<double>::quiet_NaN();
  return {missing, missing, missing, missing, missing, missing};
}

/// Collective. All arms against the control on one metric.
void analyse_metric(io::Comm const& comm, ExperimentUnits const& units, std::string const& metric, std::size_t control,
                    ExperimentParams const& params, ExperimentResult& result) {
  bool const has_covariate = !params.covariate.empty();
  std::size_t const arms = result.arms.size();
  std::vector<ArmSummary> const plain = arm_summaries(comm, units, units.value, arms, false);
  Adjusted adjusted;
  std::vector<ArmSummary> less_spread;
  if (has_covariate) {
    adjusted = adjust_by_covariate(comm, units);
    less_spread = arm_summaries(comm, units, adjusted.value, arms, true);
  }
  bool const is_share = all_zero_or_one(comm, units);
  for (std::size_t arm = 0; arm < arms; ++arm) {
    if (arm == control) continue;
    ExperimentRow row;
    row.metric = metric;
    row.arm = result.arms[arm];
    row.control = plain[control];
    row.treatment = plain[arm];
    row.is_share = is_share;
    row.share = row.cuped = no_test();
    if (is_share) {
      row.share = proportion_test(row.control.mean * row.control.units, row.control.units,
                                  row.treatment.mean * row.treatment.units, row.treatment.units, params.confidence);
    }
    row.welch = welch_test(row.control, row.treatment, params.confidence);
    if (has_covariate) row.cuped = welch_test(less_spread[control], less_spread[arm], params.confidence);
    row.theta = adjusted.theta;
    row.variance_factor = adjusted.variance_factor;
    set_sequential(comm, units, control, arm, params, row);
    row.units_to_detect = units_to_detect((row.control.variance + row.treatment.variance) / 2, row.welch.difference);
    result.rows.push_back(row);
  }
}

void adjust_for_many(std::vector<ExperimentRow>& rows) {
  std::vector<double> p;
  for (ExperimentRow const& row : rows) {
    p.push_back(row.is_share ? row.share.p : std::isnan(row.cuped.p) ? row.welch.p : row.cuped.p);
  }
  std::vector<double> const adjusted = adjusted_p(p);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].adjusted = adjusted[i];
}

void check_experiment(ExperimentParams const& params, std::vector<std::string> const& arms) {
  if (arms.size() < 2) {
    throw DataError(
        fmt::format("column '{}' names {} arm(s); an experiment has at least two", params.group, arms.size()));
  }
  if (!params.planned.empty() && params.planned.size() != arms.size()) {
    throw ConfigError(
        fmt::format("{} planned shares for {} arms ({})", params.planned.size(), arms.size(), fmt::join(arms, ", ")));
  }
  for (double const share : params.planned) {
    if (!(share > 0)) throw ConfigError("planned shares must be above 0");
  }
  if (!(params.confidence > 0 && params.confidence < 1)) throw ConfigError("confidence must be between 0 and 1");
  if (params.looks < 1) throw ConfigError("looks must be at least 1");
}

std::size_t control_number(ExperimentParams const& params, std::vector<std::string> const& arms) {
  if (params.control.empty()) return 0;
  auto const found = std::find(arms.begin(), arms.end(), params.control);
  if (found == arms.end()) {
    throw ConfigError(fmt::format("control '{}' is none of the arms; did you mean '{}'?", params.control,
                                  io::nearest_name(params.control, arms)));
  }
  return static_cast<std::size_t>(found - arms.begin());
}

}  // namespace

ExperimentResult analyse_experiment(io::Comm const& comm, io::Table const& table, ExperimentParams const& params) {
  io::Column const& group = table.at(params.group);
  ExperimentResult result;
  result.arms = class_names(comm, group);
  check_experiment(params, result.arms);
  std::size_t const control = control_number(params, result.arms);
  result.control = result.arms[control];
  ExperimentUnits units;
  units.arm = class_indices(group, result.arms);
  result.units.assign(result.arms.size(), 0);
  for (std::int32_t const arm : units.arm) {
    if (arm >= 0) ++result.units[static_cast<std::size_t>(arm)];
  }
  comm.sum(std::span<std::int64_t>(result.units));
  result.without_arm = table.range.total - std::accumulate(result.units.begin(), result.units.end(), std::int64_t{0});
  result.ratio =
      ratio_test(result.units, params.planned.empty() ? std::vector<double>(result.arms.size(), 1.0) : params.planned);
  if (result.ratio.is_mismatch) return result;
  if (!params.covariate.empty()) units.covariate = experiment_numbers(table, params.covariate);
  for (std::string const& metric : params.metrics) {
    units.value = experiment_numbers(table, metric);
    analyse_metric(comm, units, metric, control, params, result);
  }
  adjust_for_many(result.rows);
  return result;
}

}  // namespace tidemill::drivers
