#include "drivers/metrics/regression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "drivers/partition/exact_sum.hpp"
#include "io/tables/missing.hpp"

namespace tidemill::drivers {
namespace {

double ratio(double numerator, double denominator) {
  return denominator == 0 || std::isnan(denominator) ? io::missing_real : numerator / denominator;
}

/// Calls `use(actual, predicted)` for each pair with a known actual value and returns their number here.
template <class Use>
std::int64_t for_each_pair(Pairs pairs, Use use) {
  if (pairs.actual.size() != pairs.predicted.size()) throw std::invalid_argument("metrics: lengths differ");
  std::int64_t used = 0;
  for (std::size_t i = 0; i < pairs.actual.size(); ++i) {
    if (std::isnan(pairs.actual[i])) continue;
    use(pairs.actual[i], pairs.predicted[i]);
    ++used;
  }
  return used;
}

}  // namespace

RegressionErrors regression_errors(io::Comm const& comm, Pairs pairs) {
  ExactSum squares, absolutes, log_squares, actuals, actual_sizes, errors;
  std::int64_t const mine = for_each_pair(pairs, [&](double y, double f) {
    double const e = y - f;
    squares.add(e * e);
    absolutes.add(std::abs(e));
    errors.add(e);
    actuals.add(y);
    actual_sizes.add(std::abs(y));
    double const log_error = std::log1p(std::isnan(f) ? f : std::max(f, 0.0)) - std::log1p(y);
    log_squares.add(log_error * log_error);
  });
  auto const n = static_cast<double>(comm.sum(mine));
  auto const sums = ExactSum::totals(comm, {squares, absolutes, log_squares, actuals, actual_sizes, errors});
  double const mean = ratio(sums[3], n);
  ExactSum deviations;
  for_each_pair(pairs, [&](double y, double) { deviations.add((y - mean) * (y - mean)); });
  double const variation = deviations.total(comm);

  RegressionErrors result;
  result.pairs = static_cast<std::int64_t>(n);
  result.mse = ratio(sums[0], n);
  result.rmse = std::sqrt(result.mse);
  result.mae = ratio(sums[1], n);
  result.rmsle = std::sqrt(ratio(sums[2], n));
  result.wape = ratio(sums[1], sums[4]);
  result.bias = ratio(sums[5], sums[3]);
  result.r2 = 1 - ratio(sums[0], variation);
  return result;
}

double pinball(io::Comm const& comm, Pairs pairs, double tau) {
  ExactSum losses;
  std::int64_t const mine = for_each_pair(pairs, [&](double y, double f) {
    double const e = y - f;
    losses.add(std::isnan(e) ? e : std::max(tau * e, (tau - 1) * e));
  });
  auto const n = static_cast<double>(comm.sum(mine));
  return ratio(losses.total(comm), n);
}

IntervalQuality interval_quality(io::Comm const& comm, std::span<double const> actual, std::span<double const> low,
                                 std::span<double const> high) {
  if (actual.size() != low.size() || actual.size() != high.size()) {
    throw std::invalid_argument("interval_quality: lengths differ");
  }
  std::int64_t counts[2] = {0, 0};  // pairs, inside
  ExactSum widths;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (std::isnan(actual[i])) continue;
    ++counts[0];
    counts[1] += low[i] <= actual[i] && actual[i] <= high[i];
    widths.add(high[i] - low[i]);
  }
  comm.sum(std::span<std::int64_t>(counts));
  auto const n = static_cast<double>(counts[0]);
  return {counts[0], ratio(static_cast<double>(counts[1]), n), ratio(widths.total(comm), n)};
}

double mase_scale(std::span<double const> training, int season) {
  if (season < 1) throw std::invalid_argument("mase_scale: the season must be at least 1");
  ExactSum steps;
  double count = 0;
  for (auto t = static_cast<std::size_t>(season); t < training.size(); ++t) {
    double const step = std::abs(training[t] - training[t - static_cast<std::size_t>(season)]);
    if (std::isnan(step)) continue;
    steps.add(step);
    ++count;
  }
  return ratio(steps.value(), count);
}

double rmsse_scale(std::span<double const> training) {
  std::size_t first = 0;
  while (first < training.size() && (training[first] == 0 || std::isnan(training[first]))) ++first;
  ExactSum squares;
  double count = 0;
  for (std::size_t t = first + 1; t < training.size(); ++t) {
    double const step = training[t] - training[t - 1];
    if (std::isnan(step)) continue;
    squares.add(step * step);
    ++count;
  }
  return ratio(squares.value(), count);
}

double mase(io::Comm const& comm, Pairs pairs, double scale) {
  return ratio(regression_errors(comm, pairs).mae, scale);
}

double rmsse(io::Comm const& comm, Pairs pairs, double scale) {
  return std::sqrt(ratio(regression_errors(comm, pairs).mse, scale));
}

}  // namespace tidemill::drivers
