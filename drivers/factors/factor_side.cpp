#include "drivers/factors/factor_side.hpp"

#include <cmath>

#include "drivers/factors/gram.hpp"
#include "drivers/factors/on_device.hpp"
#include "drivers/factors/pair_weights.hpp"
#include "kernels/factors/principal_axes.hpp"
#include "kernels/factors/solve_rows.hpp"

namespace tidemill::drivers {

FactorSide::FactorSide(io::Comm const& comm, kernels::Exec const& exec, SidePairs const& pairs,
                       FactorParams const& params)
    : comm_(comm),
      exec_(exec),
      pairs_(pairs),
      params_(params),
      referenced_(std::make_unique<ReferencedRows>(comm, pairs.column, pairs.others)),
      factors_("factors::rows", static_cast<std::size_t>(pairs.rows.count),
               static_cast<std::size_t>(kernels::factor_width(params.factors))) {
  for (std::size_t r = 0; r < static_cast<std::size_t>(pairs.rows.count); ++r) {
    auto const first = static_cast<std::size_t>(pairs.start[r]);
    std::int64_t const count = pairs.start[r + 1] - pairs.start[r];
    auto const values =
        pairs.value.empty() ? std::span<float const>() : pairs.value.subspan(first, static_cast<std::size_t>(count));
    ridge_.push_back(ridge_of(params, ridge_pairs(count, values, params.loss), pairs.others.total));
  }
}

kernels::RowProblems FactorSide::problems(kernels::ConstFactorMatrix const& fixed,
                                          std::vector<double> const* gram) const {
  kernels::RowProblems problems;
  problems.start = on_device(pairs_.start);
  problems.column = on_device(referenced_->columns());
  problems.value = on_device(pairs_.value);
  problems.fixed = fixed;
  if (gram != nullptr) problems.gram = scaled_gram(*gram, params_.unobserved_weight);
  problems.ridge = on_device(std::span<float const>(ridge_));
  if (params_.loss == FactorLoss::confidence) {
    problems.weight_scale = static_cast<float>(params_.alpha);
    problems.extra_target = 1;
  }
  return problems;
}

void FactorSide::draw(kernels::FactorSeries series) {
  double const sd = params_.initial_sd / std::sqrt(static_cast<double>(params_.factors));
  kernels::draw_factors(exec_, params_.seed, series, pairs_.rows.first, params_.factors, sd, factors_);
  kernels::Array<std::int64_t const> const start = on_device(pairs_.start);
  kernels::FactorMatrix const factors = factors_;
  kernels::clear_cold_rows(exec_, start, factors);
}

void FactorSide::solve(kernels::FactorMatrix const& others, std::vector<double> const& gram,
                       kernels::RowSolver const& solver) {
  solve_into(others, gram, solver, factors_);
}

void FactorSide::solve_into(kernels::FactorMatrix const& others, std::vector<double> const& gram,
                            kernels::RowSolver const& solver, kernels::FactorMatrix const& out) const {
  if (!kernels::wants_principal_axes(solver)) {
    kernels::solve_rows(exec_, problems(referenced_->fetch(others), &gram), solver, out);
    return;
  }
  kernels::PrincipalAxes const axes = kernels::principal_axes(gram, params_.factors, params_.unobserved_weight);
  kernels::FactorMatrix const rotated("factors::rotated", others.extent(0), others.extent(1));
  kernels::rotate_rows(exec_, others, axes.to_axes, rotated);
  kernels::RowProblems in_axes = problems(referenced_->fetch(rotated), nullptr);
  in_axes.diagonal = axes.diagonal;
  kernels::solve_rows(exec_, in_axes, solver, out);
  kernels::rotate_rows(exec_, out, axes.from_axes, out);
}

void FactorSide::fold_in(kernels::FactorMatrix const& others, std::vector<double> const& gram) {
  kernels::FactorMatrix const all("factors::folded_in", factors_.extent(0), factors_.extent(1));
  solve_into(others, gram, {kernels::RowSolverKind::exact}, all);
  kernels::fill_zero_rows(exec_, all, factors_);
}

double FactorSide::loss(kernels::FactorMatrix const& others) const {
  kernels::Array<double> const losses("factors::losses", factors_.extent(0));
  kernels::row_losses(exec_, problems(referenced_->fetch(others), nullptr), factors_, losses);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), losses);
  ExactSum sum;
  for (std::size_t r = 0; r < host.extent(0); ++r) sum.add(host(r));
  return sum.total(comm_);
}

double FactorSide::ridge_loss() const {
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), factors_);
  ExactSum sum;
  for (std::size_t r = 0; r < host.extent(0); ++r) {
    double squares = 0;
    for (std::size_t i = 0; i < host.extent(1); ++i) {
      squares += static_cast<double>(host(r, i)) * static_cast<double>(host(r, i));
    }
    sum.add(static_cast<double>(ridge_[r]) * squares);
  }
  return sum.total(comm_);
}

}  // namespace tidemill::drivers
