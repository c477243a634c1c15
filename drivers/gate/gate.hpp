#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// What is made of the ratio of two sums over the rows.
enum class MetricForm { ratio, root, size };

/// One metric of champion and challenger on the same rows: form(sum of numerators / sum of denominators).
struct PairedMetric {
  std::string name;
  MetricForm form = MetricForm::ratio;
  bool higher_is_better = false;
  bool margin_is_absolute = false;  ///< the tolerance is in units of the metric; else a share of the champion's value
  std::vector<double> champion, challenger;  ///< numerators, one per local row
  std::vector<double> denominator;           ///< one per local row; the same for both models
};

/// The judged rows of this rank. The first metric is the target, the others are guardrails.
struct PairedRows {
  std::vector<std::uint64_t> unit;  ///< of each row; drawn together (drivers/gate/units.hpp)
  std::vector<PairedMetric> metrics;
};

struct GateParams {
  double confidence = 0.95;  ///< of each one-sided bound
  int resamples = 2000;
  double tolerance = 0.02;  ///< how far a guardrail may fall: a share of the champion's value, or absolute
  /// The target needs no gain, only no loss beyond the tolerance: for the same recipe trained on newer data.
  bool is_refresh = false;
  std::int64_t min_units = 10;  ///< fewer tell nothing: refused
  std::uint64_t seed = 1;
};
/// Throws ConfigError.
void check(GateParams const& params);

/// Improvements are challenger against champion; positive is better, whichever way the metric points.
struct GateFigure {
  std::string metric;
  bool is_target = false;
  double champion = 0, challenger = 0;
  double improvement = 0;
  double lower = 0, upper = 0;  ///< one-sided bounds of the improvement, each of the given confidence
  double limit = 0;             ///< the lower bound must be above this
  bool passed = false;
  /// One-sided p values: (1 + resamples without a gain, or without a loss) / (1 + resamples).
  double no_gain = 1, no_loss = 1;
};

struct GateVerdict {
  bool promoted = false;
  std::int64_t rows = 0, units = 0;
  GateParams params;
  std::vector<GateFigure> figures;
  std::string reason;  ///< one line for people
};

/// Collective. The paired bootstrap of domain.md, section 12: units are drawn with Poisson weights keyed by (seed,
/// unit, resample), every metric of both models is computed on the same draw, and the challenger is promoted if and
/// only if the lower bound of its improvement is above 0 on the target and above minus the margin on every guardrail.
/// All must hold, so no correction for several metrics is needed. Sums are of whole numbers: values are rounded to a
/// fixed point with at least 28 bits for 10^9 rows. The same bits for any number of ranks and any order of the rows. A
/// figure that cannot be computed (a missing prediction, no rows) is not passed.
GateVerdict judge_challenger(io::Comm const& comm, PairedRows const& rows, GateParams const& params);

/// The verdict as one JSON object (missing figures are null), and as lines for people.
std::string to_json(GateVerdict const& verdict);
std::string to_text(GateVerdict const& verdict);

}  // namespace tidemill::drivers
