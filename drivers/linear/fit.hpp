#pragma once

#include <string>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// How the mean follows from the linear score, and the loss.
enum class LinearFamily {
  gaussian,  ///< mean = score; squared loss
  logistic,  ///< mean = 1 / (1 + exp(-score)); log loss
  log_link,  ///< mean = exp(score); variance mean^power: power 1 is Poisson, between 1 and 2 Tweedie
};

struct LinearParams {
  double ridge = 1e-4;  ///< L2 penalty on standardised coefficients, objective per unit of weight
  double lasso = 0;     ///< L1 penalty, likewise; both: elastic net
  double tweedie_power = 1.5;
  int max_iterations = 50;  ///< Newton steps
};

/// This rank's rows.
struct LinearProblem {
  std::vector<double> design;  ///< row-major, `width` columns, the first constant 1
  std::int64_t width = 0;
  std::vector<double> target;
  std::vector<double> weight;  ///< one per row
  io::RowRange range;
};

/// Collective. Coefficients of mean loss + ridge/2 |b|^2 + lasso |b| (the constant is free): normal equations once for
/// gaussian, iteratively reweighted (Newton) otherwise. Bit for bit the same for any number of ranks: partial sums per
/// fixed block of rows, added as integers.
std::vector<double> fit_linear(io::Comm const& comm, LinearProblem const& problem, LinearFamily family, double power,
                               LinearParams const& params);

/// The mean at a linear score.
double linear_mean(LinearFamily family, double score);

}  // namespace tidemill::drivers
