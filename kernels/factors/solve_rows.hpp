#pragma once

#include "kernels/factors/row_problems.hpp"

namespace tidemill::kernels {

/// Solves each row of `problems` into the same row of `factors` (rows x width). Conjugate gradient and blocks start
/// from what is there. A row without pairs becomes zero, its solution. Hosts with AVX2 have loops of their own.
void solve_rows(Exec const& exec, RowProblems const& problems, RowSolver const& solver, FactorMatrix const& factors);

/// The same for any device: the reference of the host version, which agrees up to rounding.
void solve_rows_portable(Exec const& exec, RowProblems const& problems, RowSolver const& solver,
                         FactorMatrix const& factors);

/// Loss of each row's pairs and its ridge term: sum of (w s^2 - 2 b s + b) + ridge |x|^2. What is left of the objective
/// is the product of both sides' Gram matrices.
void row_losses(Exec const& exec, RowProblems const& problems, ConstFactorMatrix const& factors,
                Array<double> const& losses);

}  // namespace tidemill::kernels
