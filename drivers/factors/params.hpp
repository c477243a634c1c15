#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kernels/factors/row_problems.hpp"

namespace tidemill::drivers {

/// What implicit ALS minimises; see kernels/factors/row_problems.hpp.
enum class FactorLoss {
  revisited,   ///< Rendle et al. 2021: observed pairs count 1, all pairs unobserved_weight
  confidence,  ///< Hu, Koren & Volinsky 2008: observed pairs count 1 + alpha value, the others 1
};

struct FactorParams {
  int factors = 64;
  int sweeps = 16;
  FactorLoss loss = FactorLoss::revisited;
  double unobserved_weight = 0.1;  ///< of s^2 over all pairs; confidence: 1
  double regularisation = 0.003;
  /// The weight of an observed pair is multiplied by (users of its item / mean over all items)^-popularity_discount:
  /// what everybody has says less about a user. 0: all the same.
  double popularity_discount = 0;
  /// Scores are multiplied by (users of the item / mean over all items)^popularity_boost: what is recommended leans
  /// towards what many have. 0: not at all.
  double popularity_boost = 0;
  /// The ridge of a row is regularisation (its pairs + unobserved_weight rows of the other side)^frequency_scaling;
  /// revisited: a pair counts as its weight.
  double frequency_scaling = 1;
  double alpha = 1;  ///< confidence per unit of value
  double initial_sd = 0.1;
  kernels::RowSolver solver;
  std::uint64_t seed = 1;
  bool objective_each_sweep = false;  ///< otherwise after the last one only
};

/// "exact", "cg" and "blocks"; "revisited" and "confidence". Unknown names throw ConfigError.
kernels::RowSolverKind solver_named(std::string const& name);
FactorLoss loss_named(std::string const& name);
std::string_view name_of(FactorLoss loss);

/// Throws ConfigError naming the option and what it may be.
void check(FactorParams const& params);

/// Ridge of a row whose pairs count as `pairs` (pair_weights.hpp), when the other side has `others` rows.
float ridge_of(FactorParams const& params, double pairs, std::int64_t others);

}  // namespace tidemill::drivers
