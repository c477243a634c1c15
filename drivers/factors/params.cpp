#include "drivers/factors/params.hpp"

#include <fmt/format.h>

#include <cmath>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

void expect(bool holds, std::string_view option, std::string_view expected, double found) {
  if (!holds) throw ConfigError(fmt::format("--{}: expected {}; found {}", option, expected, found));
}

}  // namespace

kernels::RowSolverKind solver_named(std::string const& name) {
  if (name == "exact") return kernels::RowSolverKind::exact;
  if (name == "cg") return kernels::RowSolverKind::conjugate_gradient;
  if (name == "blocks") return kernels::RowSolverKind::blocks;
  throw ConfigError(fmt::format("--solver: expected exact, cg or blocks; found '{}'", name));
}

FactorLoss loss_named(std::string const& name) {
  if (name == "revisited") return FactorLoss::revisited;
  if (name == "confidence") return FactorLoss::confidence;
  throw ConfigError(fmt::format("--factor-loss: expected revisited or confidence; found '{}'", name));
}

std::string_view name_of(FactorLoss loss) { return loss == FactorLoss::revisited ? "revisited" : "confidence"; }

void check(FactorParams const& params) {
  expect(params.factors >= 1 && params.factors <= 4096, "factors", "1 to 4096", params.factors);
  expect(params.sweeps >= 1, "sweeps", "at least 1", params.sweeps);
  expect(params.unobserved_weight > 0, "unobserved-weight", "a number above 0", params.unobserved_weight);
  expect(params.regularisation >= 0, "lambda", "0 or more", params.regularisation);
  expect(std::isfinite(params.frequency_scaling), "frequency-scaling", "a number", params.frequency_scaling);
  expect(std::abs(params.popularity_discount) <= 4, "popularity-discount", "a number from -4 to 4",
         params.popularity_discount);
  expect(std::abs(params.popularity_boost) <= 4, "popularity-boost", "a number from -4 to 4", params.popularity_boost);
  expect(params.alpha > 0, "alpha", "a number above 0", params.alpha);
  expect(params.initial_sd > 0, "initial-sd", "a number above 0", params.initial_sd);
  expect(params.solver.steps >= 1, "cg-steps", "at least 1", params.solver.steps);
  expect(params.solver.block >= 16 && params.solver.block % 16 == 0, "block", "a multiple of 16", params.solver.block);
}

float ridge_of(FactorParams const& params, double pairs, std::int64_t others) {
  double const weight = pairs + params.unobserved_weight * static_cast<double>(others);
  return static_cast<float>(params.regularisation * std::pow(weight, params.frequency_scaling));
}

}  // namespace tidemill::drivers
