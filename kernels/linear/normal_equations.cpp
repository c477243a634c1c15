#include "kernels/linear/normal_equations.hpp"

namespace tidemill::kernels {

void block_normal_equations(Exec const& exec, RowMatrix const& x, Array<double> const& weight,
                            Array<double> const& response, std::int64_t block_rows, std::int64_t first_block,
                            BlockMatrices const& out) {
  auto const blocks = static_cast<std::int64_t>(out.extent(0));
  auto const rows = static_cast<std::int64_t>(x.extent(0));
  auto const columns = static_cast<std::int64_t>(x.extent(1));
  std::int64_t const width = columns + 1;
  Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>> const policy(exec, 0, blocks * width);
  Kokkos::parallel_for(
      "linear::block_normal_equations", policy, KOKKOS_LAMBDA(std::int64_t const task) {
        std::int64_t const block = task / width;
        std::int64_t const i = task % width;
        std::int64_t const begin = (first_block + block) * block_rows;
        std::int64_t const end = begin + block_rows < rows ? begin + block_rows : rows;
        double* const sums = &out(block, i, 0);
        for (std::int64_t j = 0; j <= i; ++j) sums[j] = 0;
        for (std::int64_t row = begin; row < end; ++row) {
          double const factor = weight(row) * (i < columns ? x(row, i) : response(row));
          double const* const values = &x(row, 0);
          std::int64_t const last = i < columns ? i : columns - 1;
          for (std::int64_t j = 0; j <= last; ++j) sums[j] += factor * values[j];
          if (i == columns) sums[columns] += factor * response(row);
        }
      });
}

void linear_scores(Exec const& exec, RowMatrix const& x, Array<double> const& coefficient, Array<double> const& out) {
  auto const columns = static_cast<std::int64_t>(x.extent(1));
  Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>> const policy(exec, 0,
                                                                          static_cast<std::int64_t>(x.extent(0)));
  Kokkos::parallel_for(
      "linear::scores", policy, KOKKOS_LAMBDA(std::int64_t const row) {
        double score = 0;
        for (std::int64_t j = 0; j < columns; ++j) score += x(row, j) * coefficient(j);
        out(row) = score;
      });
}

}  // namespace tidemill::kernels
