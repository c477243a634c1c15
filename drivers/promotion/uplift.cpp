#include "drivers/promotion/uplift.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "io/error.hpp"
#include "io/tables/missing.hpp"

namespace tidemill::drivers {
namespace {

struct Unit {
  double treated, outcome, propensity, score;
};

/// Mean and variance of the mean of numbers added in order.
struct RunningMean {
  double count = 0, sum = 0, squares = 0;
  void add(double value) {
    count += 1;
    sum += value;
    squares += value * value;
  }
  double mean() const { return count > 0 ? sum / count : io::missing_real; }
  double variance_of_mean() const {
    return count > 1 ? std::max(0.0, squares - sum * sum / count) / (count - 1) / count : io::missing_real;
  }
};

Unit unit_at(io::Table const& table, std::int64_t row) {
  Unit unit{table.at("treated").number(row), table.at("outcome").number(row), table.at("propensity").number(row),
            table.has("score") ? table.at("score").number(row) : 0.0};
  bool const is_good = (unit.treated == 0 || unit.treated == 1) && unit.propensity > 0 && unit.propensity < 1 &&
                       !std::isnan(unit.outcome) && !std::isnan(unit.score);
  if (!is_good) {
    throw DataError(
        fmt::format("row {}: expected treated 0 or 1, an outcome, and a propensity between 0 and 1; found "
                    "treated {}, outcome {}, propensity {}",
                    table.range.first + row + 1, unit.treated, unit.outcome, unit.propensity));
  }
  return unit;
}

/// Incremental outcome per unit when the best share of the units by score is treated, at each count of units.
std::vector<double> qini_curve(std::vector<Unit> const& units) {
  std::vector<std::size_t> order(units.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return units[a].score > units[b].score; });
  std::vector<double> curve{0.0};
  double treated = 0, control = 0, treated_sum = 0, control_sum = 0;
  for (std::size_t const i : order) {
    (units[i].treated != 0 ? treated : control) += 1;
    (units[i].treated != 0 ? treated_sum : control_sum) += units[i].outcome;
    double const expected = control > 0 ? control_sum * treated / control : 0;
    curve.push_back((treated_sum - expected) / static_cast<double>(units.size()));
  }
  return curve;
}

/// Area between the curve and the straight line to its end, by trapezes over the share of units.
double area_over_line(std::vector<double> const& curve) {
  auto const n = static_cast<double>(curve.size() - 1);
  double area = 0;
  for (std::size_t i = 1; i < curve.size(); ++i) area += 0.5 * (curve[i] + curve[i - 1]) / n;
  return area - 0.5 * curve.back();
}

}  // namespace

double PromotionLedger::roi() const {
  return fixed_cost == 0 ? io::missing_real : (incremental_margin() - fixed_cost) / fixed_cost;
}

UpliftResult measure_uplift(io::Comm const& comm, io::Table const& assignments) {
  std::vector<Unit> mine;
  io::agree(comm, "read the experiment", [&] {
    for (std::int64_t row = 0; row < assignments.rows(); ++row) mine.push_back(unit_at(assignments, row));
  });
  // Every rank adds all units in the same order, so the sums do not depend on who read them.
  std::vector<Unit> const units = comm.gather_all(std::span<Unit const>(mine));
  RunningMean treated, control, transformed;
  for (Unit const& unit : units) {
    (unit.treated != 0 ? treated : control).add(unit.outcome);
    double const e = unit.propensity;
    transformed.add(unit.outcome * (unit.treated - e) / (e * (1 - e)));
  }
  UpliftResult result;
  result.units = static_cast<std::int64_t>(units.size());
  result.treated = static_cast<std::int64_t>(treated.count);
  result.effect = treated.mean() - control.mean();
  result.standard_error = std::sqrt(treated.variance_of_mean() + control.variance_of_mean());
  result.transformed_effect = transformed.mean();
  result.transformed_error = std::sqrt(transformed.variance_of_mean());
  if (units.empty()) {
    result.qini = io::missing_real;
    return result;
  }
  std::vector<double> const curve = qini_curve(units);
  result.qini = area_over_line(curve);
  for (int tenth = 0; tenth <= 10; ++tenth) {
    result.curve.push_back(
        curve[static_cast<std::size_t>(std::llround(0.1 * tenth * static_cast<double>(units.size())))]);
  }
  return result;
}

}  // namespace tidemill::drivers
