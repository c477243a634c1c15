#include "kernels/content/sparse_product.hpp"

namespace tidemill::kernels {

void add_sparse_product(Exec const& exec, SparseMatrix const& left, SparseMatrix const& right, ScoreMatrix const& out) {
  using Policy = Kokkos::TeamPolicy<Exec>;
  auto const rows = static_cast<int>(out.extent(0));
  if (rows == 0) return;
  Kokkos::parallel_for(
      "content::add_sparse_product", Policy(exec, rows, Kokkos::AUTO),
      KOKKOS_LAMBDA(typename Policy::member_type const& team) {
        std::int64_t const row = team.league_rank();
        float* const sums = &out(row, 0);
        for (std::int64_t e = left.start(row); e < left.start(row + 1); ++e) {
          float const weight = left.value(e);
          std::int64_t const begin = right.start(left.column(e));
          std::int64_t const end = right.start(left.column(e) + 1);
          // Columns differ within a row of `right`: the threads of a team never meet.
          Kokkos::parallel_for(Kokkos::TeamThreadRange(team, begin, end),
                               [&](std::int64_t const at) { sums[right.column(at)] += weight * right.value(at); });
          team.team_barrier();
        }
      });
}

}  // namespace tidemill::kernels
