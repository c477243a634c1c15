#include "drivers/experiment/tests_of_arms.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "drivers/experiment/distributions.hpp"

namespace tidemill::drivers {
namespace {

constexpr double mismatch_p = 0.001;

}  // namespace

ArmTest proportion_test(double control_hits, double control_units, double treatment_hits, double treatment_units,
                        double confidence) {
  double const control = control_hits / control_units, treatment = treatment_hits / treatment_units;
  double const pooled = (control_hits + treatment_hits) / (control_units + treatment_units);
  double const error = std::sqrt(pooled * (1 - pooled) * (1 / control_units + 1 / treatment_units));
  double const own_error =
      std::sqrt(control * (1 - control) / control_units + treatment * (1 - treatment) / treatment_units);
  ArmTest test;
  test.difference = treatment - control;
  double const reach = normal_distance(1 - confidence) * own_error;
  test.lower = test.difference - reach;
  test.upper = test.difference + reach;
  test.statistic = error > 0 ? test.difference / error : std::nan("");
  test.freedom = std::nan("");
  test.p = normal_two_sided(test.statistic);
  return test;
}

ArmTest welch_test(ArmSummary const& control, ArmSummary const& treatment, double confidence) {
  double const a = control.variance / control.units, b = treatment.variance / treatment.units;
  double const error = std::sqrt(a + b);
  ArmTest test;
  test.difference = treatment.mean - control.mean;
  if (!(error > 0) || control.units < 2 || treatment.units < 2) {
    test.lower = test.upper = test.statistic = test.freedom = test.p = std::nan("");
    return test;
  }
  test.statistic = test.difference / error;
  test.freedom = (a + b) * (a + b) / (a * a / (control.units - 1) + b * b / (treatment.units - 1));
  test.p = student_two_sided(test.statistic, test.freedom);
  double const reach = student_distance(1 - confidence, test.freedom) * error;
  test.lower = test.difference - reach;
  test.upper = test.difference + reach;
  return test;
}

RatioTest ratio_test(std::vector<std::int64_t> const& units, std::vector<double> const& planned) {
  auto const total = static_cast<double>(std::accumulate(units.begin(), units.end(), std::int64_t{0}));
  double const parts = std::accumulate(planned.begin(), planned.end(), 0.0);
  RatioTest test;
  for (std::size_t i = 0; i < units.size(); ++i) {
    double const expected = total * planned[i] / parts;
    double const off = static_cast<double>(units[i]) - expected;
    test.chi_square += off * off / expected;
  }
  test.p = chi_square_upper(test.chi_square, static_cast<double>(units.size()) - 1);
  test.is_mismatch = test.p < mismatch_p;
  return test;
}

double mixture_ratio(double n, double d, double s2, double prior_variance) {
  double const spread = s2 + n * prior_variance;
  return std::sqrt(s2 / spread) * std::exp(n * n * prior_variance * d * d / (2 * s2 * spread));
}

std::vector<double> adjusted_p(std::vector<double> const& p) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!std::isnan(p[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size(), std::nan(""));
  double least = 1;
  for (std::size_t place = order.size(); place-- > 0;) {
    least = std::min(least, p[order[place]] * static_cast<double>(order.size()) / static_cast<double>(place + 1));
    adjusted[order[place]] = least;
  }
  return adjusted;
}

double units_to_detect(double variance, double delta) { return 16 * variance / (delta * delta); }

}  // namespace tidemill::drivers
