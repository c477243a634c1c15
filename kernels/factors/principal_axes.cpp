#include "kernels/factors/principal_axes.hpp"

#include <algorithm>

#include "kernels/factors/solve_row_host.hpp"
#include "kernels/linalg/symmetric_eigen.hpp"

namespace tidemill::kernels {
namespace {

constexpr bool on_host = Kokkos::SpaceAccessibility<Kokkos::HostSpace, DeviceMemory>::accessible;

/// Rows that stay in cache while all of a matrix passes over them.
constexpr std::int64_t rotated_together = 96;

/// Eigenvectors, one a row, of the leading block of scale * gram; their eigenvalues.
std::vector<double> axes_of(std::vector<double> const& gram, std::size_t width, int factors, double scale,
                            std::vector<double>& axes) {
  auto const size = static_cast<std::size_t>(factors);
  axes.resize(size * size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t c = 0; c < size; ++c) axes[i * size + c] = scale * gram[i * width + c];
  }
  return symmetric_eigen(factors, axes);
}

}  // namespace

bool wants_principal_axes(RowSolver const& solver) {
  return on_host && solver.kind == RowSolverKind::exact && host::has_avx2();
}

PrincipalAxes principal_axes(std::vector<double> const& gram, int factors, double scale) {
  auto const width = static_cast<std::size_t>(factor_width(factors));
  auto const size = static_cast<std::size_t>(factors);
  std::vector<double> axes;
  std::vector<double> const values = axes_of(gram, width, factors, scale, axes);
  FactorMatrix const to("factors::to_axes", width, width), from("factors::from_axes", width, width);
  Array<float> const diagonal("factors::diagonal", width);
  auto const to_host = Kokkos::create_mirror_view(to), from_host = Kokkos::create_mirror_view(from);
  auto const diagonal_host = Kokkos::create_mirror_view(diagonal);
  for (std::size_t k = 0; k < width; ++k) {
    if (k >= size) {
      to_host(k, k) = from_host(k, k) = 1;
      continue;
    }
    diagonal_host(k) = static_cast<float>(std::max(values[k], 0.0));
    for (std::size_t i = 0; i < size; ++i) {
      to_host(i, k) = from_host(k, i) = static_cast<float>(axes[k * size + i]);
    }
  }
  Kokkos::deep_copy(to, to_host);
  Kokkos::deep_copy(from, from_host);
  Kokkos::deep_copy(diagonal, diagonal_host);
  return {to, from, diagonal};
}

void rotate_rows(Exec const& exec, ConstFactorMatrix const& rows, ConstFactorMatrix const& matrix,
                 FactorMatrix const& out) {
  auto const count = static_cast<std::int64_t>(rows.extent(0));
  auto const width = static_cast<std::int64_t>(rows.extent(1));
  if constexpr (on_host) {
    if (host::has_avx2()) {
      std::vector<float> const panels = host::packed_columns(matrix.data(), width);
      std::int64_t const blocks = (count + rotated_together - 1) / rotated_together;
      Kokkos::parallel_for(
          "factors::rotate_rows", Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>>(exec, 0, blocks),
          [=, &panels](std::int64_t const block) {
            std::int64_t const first = block * rotated_together;
            host::rotate_rows_avx2(rows.data() + first * width, panels.data(), width,
                                   std::min(rotated_together, count - first), out.data() + first * width);
          });
      exec.fence();
      return;
    }
  }
  FactorMatrix const copy("factors::rotated", rows.extent(0), rows.extent(1));
  Kokkos::parallel_for(
      "factors::rotate_rows", Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>>(exec, 0, count * width),
      KOKKOS_LAMBDA(std::int64_t const e) {
        std::int64_t const row = e / width, column = e % width;
        float sum = 0;
        for (std::int64_t i = 0; i < width; ++i) sum += rows(row, i) * matrix(i, column);
        copy(row, column) = sum;
      });
  Kokkos::deep_copy(exec, out, copy);
  exec.fence();
}

}  // namespace tidemill::kernels
