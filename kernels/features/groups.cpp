#include "kernels/features/groups.hpp"

namespace tidemill::kernels {
namespace {

using Policy = Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>>;

/// Running totals of a group up to and including a step; none before the first.
KOKKOS_INLINE_FUNCTION Fixed sum_until(GroupCells const& totals, std::int64_t group, std::int64_t step) {
  return step < 0 ? 0 : totals.sums(group * totals.steps + step);
}
KOKKOS_INLINE_FUNCTION std::int64_t count_until(GroupCells const& totals, std::int64_t group, std::int64_t step) {
  return step < 0 ? 0 : totals.counts(group * totals.steps + step);
}

}  // namespace

void add_rows(Exec const& exec, Array<std::int32_t const> const& group, Array<std::int64_t const> const& step,
              Array<Fixed const> const& values, GroupCells const& cells) {
  Kokkos::parallel_for(
      "features::add_rows", Policy(exec, 0, static_cast<std::int64_t>(group.extent(0))),
      KOKKOS_LAMBDA(std::int64_t const i) {
        if (values(i) == missing_fixed) return;
        std::int64_t const cell = group(i) * cells.steps + step(i);
        // Integers: the order of arrival cannot change the sums.
        Kokkos::atomic_add(&cells.sums(cell), values(i));
        Kokkos::atomic_add(&cells.counts(cell), std::int64_t{1});
      });
}

void accumulate_steps(Exec const& exec, GroupCells const& cells) {
  Kokkos::parallel_for(
      "features::accumulate_steps", Policy(exec, 0, cells.groups), KOKKOS_LAMBDA(std::int64_t const g) {
        for (std::int64_t cell = g * cells.steps + 1; cell < (g + 1) * cells.steps; ++cell) {
          cells.sums(cell) += cells.sums(cell - 1);
          cells.counts(cell) += cells.counts(cell - 1);
        }
      });
}

void group_mean(Exec const& exec, GroupCells const& totals, GroupCells const& all,
                Array<std::int32_t const> const& group, Array<std::int64_t const> const& step, std::int64_t lead,
                std::int64_t window, double smoothing, Array<double> const& out) {
  Kokkos::parallel_for(
      "features::group_mean", Policy(exec, 0, static_cast<std::int64_t>(group.extent(0))),
      KOKKOS_LAMBDA(std::int64_t const i) {
        std::int64_t const newest = step(i) - lead;
        std::int64_t const g = group(i);
        double sum = static_cast<double>(sum_until(totals, g, newest));
        double count = static_cast<double>(count_until(totals, g, newest));
        if (window > 0) {
          sum = static_cast<double>(sum_until(totals, g, newest) - sum_until(totals, g, newest - window));
          count = static_cast<double>(count_until(totals, g, newest) - count_until(totals, g, newest - window));
        } else if (count_until(all, 0, newest) > 0) {
          double const mean_all =
              static_cast<double>(sum_until(all, 0, newest)) / static_cast<double>(count_until(all, 0, newest));
          sum += smoothing * mean_all;
          count += smoothing;
        }
        out(i) = count > 0 ? sum / count * fixed_unit : not_a_number;
      });
}

void cell_mean(Exec const& exec, GroupCells const& cells, Array<std::int32_t const> const& group,
               Array<std::int64_t const> const& step, Array<double> const& out) {
  Kokkos::parallel_for(
      "features::cell_mean", Policy(exec, 0, static_cast<std::int64_t>(group.extent(0))),
      KOKKOS_LAMBDA(std::int64_t const i) {
        std::int64_t const cell = group(i) * cells.steps + step(i);
        std::int64_t const count = cells.counts(cell);
        out(i) =
            count == 0 ? not_a_number : static_cast<double>(cells.sums(cell)) / static_cast<double>(count) * fixed_unit;
      });
}

void cell_count(Exec const& exec, GroupCells const& cells, Array<std::int32_t const> const& group,
                Array<std::int64_t const> const& step, Array<double> const& out) {
  Kokkos::parallel_for(
      "features::cell_count", Policy(exec, 0, static_cast<std::int64_t>(group.extent(0))),
      KOKKOS_LAMBDA(std::int64_t const i) {
        out(i) = static_cast<double>(cells.counts(group(i) * cells.steps + step(i)));
      });
}

}  // namespace tidemill::kernels
