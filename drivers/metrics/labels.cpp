#include "drivers/metrics/labels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace tidemill::drivers {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double f1_of(LabelCounts const& c) {
  auto const whole = static_cast<double>(2 * c.true_positive + c.false_positive + c.false_negative);
  return whole > 0 ? 2 * static_cast<double>(c.true_positive) / whole : nan;
}

}  // namespace

F1Scores f1_scores(std::span<LabelCounts const> counts) {
  F1Scores scores;
  LabelCounts all;
  double sum = 0;
  for (LabelCounts const& c : counts) {
    all.true_positive += c.true_positive;
    all.false_positive += c.false_positive;
    all.false_negative += c.false_negative;
    if (c.true_positive + c.false_negative == 0) {
      ++scores.without;
      continue;
    }
    ++scores.with_support;
    sum += f1_of(c);
  }
  scores.micro = f1_of(all);
  scores.macro = scores.with_support > 0 ? sum / static_cast<double>(scores.with_support) : nan;
  return scores;
}

double calibration_error(io::Comm const& comm, std::span<double const> probability,
                         std::span<std::int8_t const> is_right, int bins) {
  auto const width = static_cast<std::size_t>(bins);
  std::vector<std::int64_t> rows(width), right(width), units(width);
  for (std::size_t i = 0; i < probability.size(); ++i) {
    double const p = std::clamp(probability[i], 0.0, 1.0);
    std::size_t const bin = std::min(static_cast<std::size_t>(p * bins), width - 1);
    ++rows[bin];
    right[bin] += is_right[i];
    units[bin] += std::llround(std::ldexp(p, 40));
  }
  comm.sum(std::span(rows));
  comm.sum(std::span(right));
  comm.sum(std::span(units));
  std::int64_t total = 0;
  for (std::int64_t const count : rows) total += count;
  if (total == 0) return nan;
  double error = 0;
  for (std::size_t bin = 0; bin < width; ++bin) {
    error += std::abs(std::ldexp(static_cast<double>(units[bin]), -40) - static_cast<double>(right[bin]));
  }
  return error / static_cast<double>(total);
}

double average_precision(io::Comm const& comm, std::span<double const> score,
                         std::span<std::int8_t const> is_positive) {
  std::vector<double> const scores = comm.gather_all(score);
  std::vector<std::int8_t> const positive = comm.gather_all(is_positive);
  std::vector<std::pair<double, std::int8_t>> rows;
  for (std::size_t i = 0; i < scores.size(); ++i) rows.emplace_back(-scores[i], positive[i]);
  std::sort(rows.begin(), rows.end());
  auto const all = static_cast<double>(std::count(positive.begin(), positive.end(), 1));
  if (all == 0) return nan;
  double sum = 0, hits = 0, counted = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    hits += rows[i].second;
    if (i + 1 < rows.size() && rows[i + 1].first == rows[i].first) continue;
    sum += (hits - counted) / all * hits / static_cast<double>(i + 1);
    counted = hits;
  }
  return sum;
}

}  // namespace tidemill::drivers
