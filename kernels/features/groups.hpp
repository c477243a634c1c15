#pragma once

#include <cstdint>

#include "kernels/features/windows.hpp"

namespace tidemill::kernels {

/// Sums and counts per group and time step, steps 0 .. steps-1 in each group's row: cell (group, step).
struct GroupCells {
  std::int64_t groups = 0;
  std::int64_t steps = 0;
  Array<Fixed> sums;
  Array<std::int64_t> counts;
};

/// Adds this rank's rows into cells that the caller made zero. Missing values are skipped.
void add_rows(Exec const& exec, Array<std::int32_t const> const& group, Array<std::int64_t const> const& step,
              Array<Fixed const> const& values, GroupCells const& cells);

/// Turns each group's cells into running totals over its steps, in place.
void accumulate_steps(Exec const& exec, GroupCells const& cells);

/// out(i): mean of group(i)'s values stamped step(i) - lead - window < t <= step(i) - lead, from running totals; NaN
/// when there is none. window 0: all up to step(i) - lead, shrunk to the mean of `all` (one group, running totals) up
/// to then by `smoothing` values: (sum + smoothing mean_all) / (count + smoothing).
void group_mean(Exec const& exec, GroupCells const& totals, GroupCells const& all,
                Array<std::int32_t const> const& group, Array<std::int64_t const> const& step, std::int64_t lead,
                std::int64_t window, double smoothing, Array<double> const& out);

/// out(i): mean, or count, of cell (group(i), step(i)), from cells that are not running totals.
void cell_mean(Exec const& exec, GroupCells const& cells, Array<std::int32_t const> const& group,
               Array<std::int64_t const> const& step, Array<double> const& out);
void cell_count(Exec const& exec, GroupCells const& cells, Array<std::int32_t const> const& group,
                Array<std::int64_t const> const& step, Array<double> const& out);

}  // namespace tidemill::kernels
