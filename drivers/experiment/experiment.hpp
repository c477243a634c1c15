#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/experiment/tests_of_arms.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// One row per unit of assignment, in the order in which the units came.
struct ExperimentParams {
  std::string group;                 ///< text or integer column: the arm of each unit
  std::string control;               ///< its value for the control arm; empty: the first in order
  std::vector<std::string> metrics;  ///< number columns; only 0 and 1: a share
  std::string covariate;             ///< number column known before the experiment, for CUPED; empty: none
  std::vector<double> planned;       ///< shares of the arms in the order of their names; empty: equal
  double confidence = 0.95;
  double prior_sd = 0;  ///< of the effect in the sequential test; 0: a tenth of the metric's spread in the control arm
  int looks = 20;       ///< evenly spaced looks of the sequential test
};

/// One arm against the control on one metric.
struct ExperimentRow {
  std::string metric, arm;
  ArmSummary control, treatment;
  bool is_share = false;
  ArmTest share;  ///< of shares; else NaN
  ArmTest welch;
  ArmTest cuped;  ///< Welch of y - theta (x - mean x) (Deng et al. 2013); NaN without a covariate
  double theta = 0, variance_factor = 0;  ///< 1 - correlation^2, over all arms
  double sequential_p = 1;                ///< always valid: min over the looks of 1 / L
  double sequential_ratio = 0;            ///< L at the last look
  double prior_variance = 0;
  double adjusted = 0;         ///< the test's p (z for shares, else CUPED or Welch) after Benjamini & Hochberg
  double units_to_detect = 0;  ///< per arm, for a difference as large as the one found
};

struct ExperimentResult {
  std::vector<std::string> arms;    ///< in order of their names
  std::vector<std::int64_t> units;  ///< of each
  std::string control;
  std::int64_t without_arm = 0;  ///< rows left out
  RatioTest ratio;
  std::vector<ExperimentRow> rows;  ///< none when the ratio test refuses
};

/// Collective. Throws ConfigError or DataError for columns that do not fit. Sums are exact: the same bits for any
/// number of ranks. A unit whose value (or covariate) is missing counts for the ratio test but not for that metric.
ExperimentResult analyse_experiment(io::Comm const& comm, io::Table const& table, ExperimentParams const& params);

}  // namespace tidemill::drivers
