#pragma once

namespace tidemill::kernels {

/// What a boosted ensemble predicts, and the loss it lowers.
enum class Objective {
  squared,   ///< mean; half the squared error
  poisson,   ///< mean of counts; log link
  tweedie,   ///< mean of non-negative amounts with many zeros, variance power in (1, 2); log link
  quantile,  ///< the quantile alpha; pinball loss
  logistic,  ///< two classes; target 0 or 1; log odds
  softmax,   ///< several classes; target 0 .. classes-1; one tree per class and round
};

}  // namespace tidemill::kernels
