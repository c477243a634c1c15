#pragma once

#include <cstdint>
#include <vector>

namespace tidemill::drivers {

// Tests of domain.md, section 12, from summaries. Not collective. Differences are treatment minus control. What cannot
// be computed (no units, no variance) is NaN.

/// One arm's values.
struct ArmSummary {
  double units = 0;
  double mean = 0;
  double variance = 0;  ///< of the sample, n - 1
};

struct ArmTest {
  double difference = 0;
  double lower = 0, upper = 0;  ///< interval of the difference
  double statistic = 0;         ///< z or t
  double freedom = 0;           ///< of t; NaN for z
  double p = 0;                 ///< two-sided
};

/// Of shares: z with the pooled share, the interval with each arm's own.
ArmTest proportion_test(double control_hits, double control_units, double treatment_hits, double treatment_units,
                        double confidence);

/// Of means with unequal variances (Welch 1947), degrees of freedom by Satterthwaite.
ArmTest welch_test(ArmSummary const& control, ArmSummary const& treatment, double confidence);

/// Sample ratio mismatch: chi-square of the units per arm against the planned shares (any positive numbers).
struct RatioTest {
  double chi_square = 0;
  double p = 0;
  bool is_mismatch = false;  ///< p < .001: something is wrong with the assignment and no result may be believed
};
RatioTest ratio_test(std::vector<std::int64_t> const& units, std::vector<double> const& planned);

/// Likelihood ratio of the mixture SPRT (Johari et al. 2017) after n pairs with mean difference d: normal effect with
/// variance `prior_variance`, s2 = sum of the arms' variances.
double mixture_ratio(double n, double d, double s2, double prior_variance);

/// Adjusted p values of Benjamini & Hochberg (1995), in the given order; NaN stays out.
std::vector<double> adjusted_p(std::vector<double> const& p);

/// Units per arm to find a difference `delta` with 80 % power at 5 %: about 16 s2 / delta^2.
double units_to_detect(double variance, double delta);

}  // namespace tidemill::drivers
