#include "drivers/text/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tidemill::drivers {
namespace {

/// Weight of the gap between the two best margins in the score of a row; found on validation rows of clinc150.
constexpr double gap_weight = 0.5;

/// Held-out rows that are all told apart would make probabilities of 1; a margin of 1 is never worth more than this.
constexpr double most_slope = 20;

double log_loss(std::span<float const> margins, std::span<std::int32_t const> actual, std::int64_t classes,
                std::int32_t out_of_scope, double slope) {
  double sum = 0;
  for (std::size_t row = 0; row < actual.size(); ++row) {
    if (actual[row] < 0 || actual[row] == out_of_scope) continue;
    auto const m = margins.subspan(row * static_cast<std::size_t>(classes), static_cast<std::size_t>(classes));
    double const own = m[static_cast<std::size_t>(actual[row])];
    double total = 0;
    for (float const other : m) total += std::exp(slope * (static_cast<double>(other) - own));
    sum += std::log(std::min(total, 1e300));
  }
  return sum;
}

/// The minimum of a function with one minimum, by golden section on a logarithmic scale: a fixed number of steps.
template <class Function>
double minimum_of(double low, double high, Function const& f) {
  double const ratio = (std::sqrt(5.0) - 1) / 2;
  double a = std::log(low), b = std::log(high);
  double c = b - ratio * (b - a), d = a + ratio * (b - a);
  double fc = f(std::exp(c)), fd = f(std::exp(d));
  for (int step = 0; step < 16; ++step) {
    if (fc < fd) {
      b = d, d = c, fd = fc;
      c = b - ratio * (b - a), fc = f(std::exp(c));
    } else {
      a = c, c = d, fc = fd;
      d = a + ratio * (b - a), fd = f(std::exp(d));
    }
  }
  return std::exp((a + b) / 2);
}

double logistic(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

struct Line {
  double slope = 1, offset = 0;
};

/// Platt's sigmoid by Newton's method with his softened targets, which keep it finite for tags that part cleanly.
Line fit_sigmoid(std::vector<double> const& margin, std::vector<std::int8_t> const& member) {
  auto const positive = static_cast<double>(std::count(member.begin(), member.end(), 1));
  double const negative = static_cast<double>(member.size()) - positive;
  double const high = (positive + 1) / (positive + 2), low = 1 / (negative + 2);
  Line line{1, std::log((positive + 1) / (negative + 1))};
  for (int step = 0; step < 50; ++step) {
    double g0 = 0, g1 = 0, h00 = 1e-9, h01 = 0, h11 = 1e-9;
    for (std::size_t i = 0; i < margin.size(); ++i) {
      double const p = logistic(line.slope * margin[i] + line.offset);
      double const gradient = p - (member[i] == 1 ? high : low), curvature = p * (1 - p);
      g0 += gradient * margin[i], g1 += gradient;
      h00 += curvature * margin[i] * margin[i], h01 += curvature * margin[i], h11 += curvature;
    }
    double const determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 0)) break;
    double const ds = (h11 * g0 - h01 * g1) / determinant, db = (h00 * g1 - h01 * g0) / determinant;
    double const most = std::max(1.0, std::max(std::abs(ds), std::abs(db)) / 4);  // no leaps
    line.slope -= ds / most;
    line.offset -= db / most;
    if (std::abs(ds) + std::abs(db) < 1e-10) break;
  }
  return line;
}

double best_threshold(std::vector<double> const& margin, std::vector<std::int8_t> const& member) {
  std::vector<std::size_t> order(margin.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return margin[a] > margin[b]; });
  auto const positive = static_cast<double>(std::count(member.begin(), member.end(), 1));
  double threshold = 0, best = -1, hits = 0;
  for (std::size_t i = 0; i < order.size() && positive > 0; ++i) {
    hits += member[order[i]];
    bool const is_last_of_equals = i + 1 == order.size() || margin[order[i + 1]] < margin[order[i]];
    double const f1 = 2 * hits / (static_cast<double>(i + 1) + positive);
    if (!is_last_of_equals || f1 <= best) continue;
    best = f1;
    // In the middle between neighbours, so that new rows are not decided by the last digit of one old row.
    threshold = i + 1 == order.size() ? margin[order[i]] : (margin[order[i]] + margin[order[i + 1]]) / 2;
  }
  return threshold;
}

}  // namespace

double scope_score(std::span<float const> margins, ScopeRule const& rule) {
  double best = -std::numeric_limits<double>::infinity(), second = best;
  for (float const margin : margins) {
    double const m = margin;
    if (m > best) {
      second = best;
      best = m;
    } else if (m > second) {
      second = m;
    }
  }
  if (margins.size() < 2) return best;
  double score = best + gap_weight * (best - second);
  if (rule.out_of_scope >= 0) {
    score -= rule.weight * static_cast<double>(margins[static_cast<std::size_t>(rule.out_of_scope)]);
  }
  return score;
}

Calibration calibrate_classes(std::span<float const> margins, std::span<std::int32_t const> actual,
                              std::int64_t classes, ScopeRule const& rule, double in_scope_recall) {
  Calibration result;
  std::int32_t const out_of_scope = rule.out_of_scope;
  result.slope = {minimum_of(.1, most_slope,
                             [&](double slope) { return log_loss(margins, actual, classes, out_of_scope, slope); })};
  std::vector<double> scores;
  for (std::size_t row = 0; row < actual.size(); ++row) {
    if (actual[row] == out_of_scope || actual[row] < 0) continue;
    auto const m = margins.subspan(row * static_cast<std::size_t>(classes), static_cast<std::size_t>(classes));
    bool const is_refused = std::max_element(m.begin(), m.end()) - m.begin() == out_of_scope;
    scores.push_back(is_refused ? -std::numeric_limits<double>::infinity() : scope_score(m, rule));
  }
  std::sort(scores.begin(), scores.end());
  auto const refused = static_cast<std::size_t>((1 - in_scope_recall) * static_cast<double>(scores.size()) + 1e-9);
  double const threshold = scores.empty() ? 0 : scores[std::min(refused, scores.size() - 1)];
  result.threshold = {std::max(threshold, -1e30)};
  return result;
}

Calibration calibrate_tags(std::span<float const> margins, std::span<std::int8_t const> member, std::int64_t tags) {
  Calibration result;
  auto const width = static_cast<std::size_t>(tags);
  for (std::size_t tag = 0; tag < width; ++tag) {
    std::vector<double> margin;
    std::vector<std::int8_t> is_member;
    for (std::size_t at = tag; at < margins.size(); at += width) {
      margin.push_back(margins[at]);
      is_member.push_back(member[at]);
    }
    Line const line = fit_sigmoid(margin, is_member);
    result.slope.push_back(line.slope);
    result.offset.push_back(line.offset);
    result.threshold.push_back(best_threshold(margin, is_member));
  }
  return result;
}

void probabilities_of(Calibration const& calibration, bool has_tags, std::span<float const> margins,
                      std::span<double> out) {
  if (has_tags) {
    for (std::size_t c = 0; c < out.size(); ++c) {
      out[c] = logistic(calibration.slope[c] * static_cast<double>(margins[c]) + calibration.offset[c]);
    }
    return;
  }
  double const largest = *std::max_element(margins.begin(), margins.end());
  double sum = 0;
  for (std::size_t c = 0; c < out.size(); ++c) {
    out[c] = std::exp(calibration.slope[0] * (static_cast<double>(margins[c]) - largest));
    sum += out[c];
  }
  for (double& p : out) p /= sum;
}

}  // namespace tidemill::drivers
