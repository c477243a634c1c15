#pragma once

#include <Kokkos_Core.hpp>

#include "kernels/trees/exponential.hpp"
#include "kernels/trees/objective_kind.hpp"

namespace tidemill::kernels {

/// First and second derivative of the loss by the raw score.
struct GradientPair {
  double gradient;
  double hessian;
};

struct SquaredLoss {
  KOKKOS_INLINE_FUNCTION GradientPair operator()(double score, double target) const { return {score - target, 1.0}; }
};

struct PoissonLoss {
  KOKKOS_INLINE_FUNCTION GradientPair operator()(double score, double target) const {
    double const mean = exponential(score);
    return {mean - target, mean};
  }
};

/// Deviance of Tweedie's distribution with variance power p, log link (Jorgensen 1997).
struct TweedieLoss {
  double power;
  KOKKOS_INLINE_FUNCTION GradientPair operator()(double score, double target) const {
    double const a = exponential((1 - power) * score);
    double const b = exponential((2 - power) * score);
    return {b - target * a, (2 - power) * b - target * (1 - power) * a};
  }
};

/// Pinball loss (Koenker & Bassett 1978). It has no curvature: the hessian only counts rows, and leaf values are
/// quantiles of residuals.
struct QuantileLoss {
  double alpha;
  KOKKOS_INLINE_FUNCTION GradientPair operator()(double score, double target) const {
    return {score >= target ? 1 - alpha : -alpha, 1.0};
  }
};

struct LogisticLoss {
  KOKKOS_INLINE_FUNCTION GradientPair operator()(double score, double target) const {
    double const p = 1.0 / (1.0 + exponential(-score));
    return {p - target, p * (1.0 - p)};
  }
};

}  // namespace tidemill::kernels
