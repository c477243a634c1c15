#include "kernels/factors/solve_rows.hpp"

#include "kernels/factors/solve_row_host.hpp"

namespace tidemill::kernels {
namespace {

using Policy = Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>>;

/// x.y in sixteen sums that are added in a fixed order: vectorises, and is the same everywhere.
KOKKOS_INLINE_FUNCTION double product(float const* x, float const* y, int width) {
  float lane[16] = {};
  for (int i = 0; i < width; i += 16) {
    for (int l = 0; l < 16; ++l) lane[l] += x[i + l] * y[i + l];
  }
  double sum = 0;
  for (int l = 0; l < 16; ++l) sum += static_cast<double>(lane[l]);
  return sum;
}

struct RowLoss {
  RowProblems problems;
  ConstFactorMatrix factors;
  Array<double> losses;
  int width;

  KOKKOS_FUNCTION void operator()(std::int64_t const row) const {
    float const* const x = &factors(row, 0);
    double loss = 0;
    for (std::int64_t j = problems.start(row); j < problems.start(row + 1); ++j) {
      double const score = product(x, &problems.fixed(problems.column(j), 0), width);
      float const weight = problems.weight_scale * (problems.value.extent(0) == 0 ? 1.0f : problems.value(j));
      double const target = static_cast<double>(weight + problems.extra_target);
      loss += static_cast<double>(weight) * score * score - 2 * target * score + target;
    }
    losses(row) = loss + static_cast<double>(problems.ridge(row)) * product(x, x, width);
  }
};

}  // namespace

void solve_rows(Exec const& exec, RowProblems const& problems, RowSolver const& solver, FactorMatrix const& factors) {
  if constexpr (Kokkos::SpaceAccessibility<Kokkos::HostSpace, DeviceMemory>::accessible) {
    if (host::has_avx2()) {
      // Long and short rows lie side by side: threads take a few at a time.
      Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>, Kokkos::Schedule<Kokkos::Dynamic>> const policy(
          exec, 0, problems.rows(), Kokkos::ChunkSize(16));
      host::HostRows const rows(problems);
      Kokkos::parallel_for("factors::solve_rows", policy,
                           [=](std::int64_t const row) { host::solve_row_avx2(rows, solver, row, &factors(row, 0)); });
      exec.fence();
      return;
    }
  }
  solve_rows_portable(exec, problems, solver, factors);
}

void row_losses(Exec const& exec, RowProblems const& problems, ConstFactorMatrix const& factors,
                Array<double> const& losses) {
  Kokkos::parallel_for("factors::row_losses", Policy(exec, 0, problems.rows()),
                       RowLoss{problems, factors, losses, problems.width()});
  exec.fence();
}

}  // namespace tidemill::kernels
