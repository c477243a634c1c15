#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "drivers/factors/params.hpp"
#include "drivers/factors/referenced_rows.hpp"
#include "drivers/partition/exact_sum.hpp"
#include "io/comm/comm.hpp"
#include "kernels/factors/initial_factors.hpp"
#include "kernels/factors/row_problems.hpp"

namespace tidemill::drivers {

/// Pairs of this rank's rows of one side; not owned.
struct SidePairs {
  io::RowRange rows;
  io::RowRange others;                   ///< this rank's rows of the other side
  std::span<std::int64_t const> start;   ///< rows.count + 1
  std::span<std::int32_t const> column;  ///< rows of the other side, ascending per row
  std::span<float const> value;          ///< RowProblems::value, parallel to `column`; empty: all 1
};

/// This rank's rows of one side (users, or items): their factors, and how they are solved with the other side's fixed.
class FactorSide {
 public:
  /// Collective. Factors are zero.
  FactorSide(io::Comm const& comm, kernels::Exec const& exec, SidePairs const& pairs, FactorParams const& params);

  io::RowRange rows() const { return pairs_.rows; }
  kernels::FactorMatrix const& factors() const { return factors_; }
  /// Rows of the other side that solve() brings here.
  std::int64_t referenced() const { return referenced_->size(); }

  /// Random factors for the rows with pairs; the others are zero.
  void draw(kernels::FactorSeries series);
  /// Collective. All rows, with the other side's factors `others` and their Gram matrix.
  void solve(kernels::FactorMatrix const& others, std::vector<double> const& gram, kernels::RowSolver const& solver);
  /// Collective. The same for those of my rows that have only zeros; the rest stays.
  void fold_in(kernels::FactorMatrix const& others, std::vector<double> const& gram);
  /// Collective, the same on every rank. Losses of all pairs plus this side's ridge.
  double loss(kernels::FactorMatrix const& others) const;
  /// Collective, the same on every rank. This side's ridge alone.
  double ridge_loss() const;

 private:
  /// Collective. Solutions of all rows into `out`, exact ones in principal axes where that is faster.
  void solve_into(kernels::FactorMatrix const& others, std::vector<double> const& gram,
                  kernels::RowSolver const& solver, kernels::FactorMatrix const& out) const;
  kernels::RowProblems problems(kernels::ConstFactorMatrix const& fixed, std::vector<double> const* gram) const;

  io::Comm comm_;
  kernels::Exec exec_;
  SidePairs pairs_;
  FactorParams params_;
  std::unique_ptr<ReferencedRows> referenced_;
  std::vector<float> ridge_;
  kernels::FactorMatrix factors_;
};

}  // namespace tidemill::drivers
