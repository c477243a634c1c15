#include <cmath>

#include "kernels/factors/solve_rows.hpp"

namespace tidemill::kernels {
namespace {

using TeamPolicy = Kokkos::TeamPolicy<Exec>;
using Team = TeamPolicy::member_type;
using Scratch = Kokkos::View<float*, Exec::scratch_memory_space, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;

/// Pairs that a team takes together: first their scores, then what they add.
constexpr int chunk = 64;

/// One row's problem as a team of threads sees it. Every sum is taken by one thread or one vector, in order.
struct TeamRow {
  RowProblems const& problems;
  Team const& team;
  std::int64_t row;
  int width;

  KOKKOS_FUNCTION float weight(std::int64_t pair) const {
    return problems.weight_scale * (problems.value.extent(0) == 0 ? 1.0f : problems.value(pair));
  }
  KOKKOS_FUNCTION float target(std::int64_t pair) const { return weight(pair) + problems.extra_target; }
  KOKKOS_FUNCTION std::int64_t begin() const { return problems.start(row); }
  KOKKOS_FUNCTION std::int64_t end() const { return problems.start(row + 1); }
  KOKKOS_FUNCTION float factor(std::int64_t pair, int i) const { return problems.fixed(problems.column(pair), i); }
  KOKKOS_FUNCTION float diagonal(int i, int j) const { return i == j ? problems.ridge(row) : 0.0f; }

  template <class Work>
  KOKKOS_FUNCTION void for_each(int count, Work const& work) const {
    team.team_barrier();
    Kokkos::parallel_for(Kokkos::TeamVectorRange(team, count), work);
    team.team_barrier();
  }
  /// a.b on every thread.
  KOKKOS_FUNCTION float product(Scratch const& a, Scratch const& b) const {
    float sum = 0;
    team.team_barrier();
    for (int i = 0; i < width; ++i) sum += a(i) * b(i);
    return sum;
  }
  /// out = sign (G + ridge) x + sum over pairs of t y, where t = weight (y.x), or target - weight (y.x).
  KOKKOS_FUNCTION void apply(Scratch const& x, bool with_targets, Scratch const& scores, Scratch const& out) const {
    float const sign = with_targets ? -1.0f : 1.0f;
    for_each(width, [&](int i) {
      float sum = 0;
      for (int j = 0; j < width; ++j) sum += (problems.gram(j, i) + diagonal(i, j)) * x(j);
      out(i) = sign * sum;
    });
    for (std::int64_t from = begin(); from < end(); from += chunk) {
      int const count = static_cast<int>(end() - from < chunk ? end() - from : chunk);
      for_each(count, [&](int j) {
        float score = 0;
        for (int i = 0; i < width; ++i) score += factor(from + j, i) * x(i);
        scores(j) = (with_targets ? target(from + j) : 0.0f) + sign * weight(from + j) * score;
      });
      for_each(width, [&](int i) {
        for (int j = 0; j < count; ++j) out(i) += scores(j) * factor(from + j, i);
      });
    }
  }
};

struct ConjugateGradient {
  RowProblems problems;
  FactorMatrix factors;
  int steps;

  static int floats(int width) { return 4 * width + chunk; }

  KOKKOS_FUNCTION void operator()(Team const& team) const {
    int const width = problems.width();
    TeamRow const row{problems, team, team.league_rank(), width};
    Scratch const x(team.team_scratch(0), width), residual(team.team_scratch(0), width),
        direction(team.team_scratch(0), width), image(team.team_scratch(0), width), scores(team.team_scratch(0), chunk);
    bool const is_cold = row.begin() == row.end();
    row.for_each(width, [&](int i) { x(i) = is_cold ? 0.0f : factors(row.row, i); });
    row.apply(x, true, scores, residual);
    row.for_each(width, [&](int i) { direction(i) = residual(i); });
    float squares = row.product(residual, residual);
    for (int step = 0; step < steps && squares > 1e-20f && !is_cold; ++step) {
      row.apply(direction, false, scores, image);
      float const length = squares / row.product(direction, image);
      row.for_each(width, [&](int i) {
        x(i) += length * direction(i);
        residual(i) -= length * image(i);
      });
      float const left = row.product(residual, residual);
      float const share = left / squares;
      row.for_each(width, [&](int i) { direction(i) = residual(i) + share * direction(i); });
      squares = left;
    }
    row.for_each(width, [&](int i) { factors(row.row, i) = x(i); });
  }
};

/// Blocks of factors one after the other, each exactly; one block of all factors is the exact solution.
struct ExactBlocks {
  RowProblems problems;
  FactorMatrix factors;
  int block;
  bool from_zero;

  static int floats(int width, int block) { return width + block * (block + 1) + chunk; }

  KOKKOS_FUNCTION void operator()(Team const& team) const {
    int const width = problems.width();
    TeamRow const row{problems, team, team.league_rank(), width};
    Scratch const x(team.team_scratch(1), width), matrix(team.team_scratch(1), block * block),
        slope(team.team_scratch(1), block), scores(team.team_scratch(1), chunk);
    bool const is_cold = row.begin() == row.end();
    row.for_each(width, [&](int i) { x(i) = is_cold || from_zero ? 0.0f : factors(row.row, i); });
    for (int first = 0; first < width && !is_cold; first += block) {
      int const size = width - first < block ? width - first : block;
      build(row, first, size, x, matrix, slope, scores);
      factor(row, size, matrix, slope);
      row.for_each(size, [&](int i) { x(first + i) += slope(i); });
    }
    row.for_each(width, [&](int i) { factors(row.row, i) = x(i); });
  }

  /// Curvature of the block and minus its slope at x.
  KOKKOS_FUNCTION void build(TeamRow const& row, int first, int size, Scratch const& x, Scratch const& matrix,
                             Scratch const& slope, Scratch const& scores) const {
    row.for_each(size * size, [&](int e) {
      int const i = e / size, j = e % size;
      matrix(e) = problems.gram(first + i, first + j) + row.diagonal(i, j);
    });
    row.for_each(size, [&](int i) {
      float sum = 0;
      for (int j = 0; j < row.width; ++j) sum += (problems.gram(j, first + i) + row.diagonal(first + i, j)) * x(j);
      slope(i) = -sum;
    });
    for (std::int64_t from = row.begin(); from < row.end(); from += chunk) {
      int const count = static_cast<int>(row.end() - from < chunk ? row.end() - from : chunk);
      row.for_each(count, [&](int j) {
        float score = 0;
        for (int i = 0; i < row.width; ++i) score += row.factor(from + j, i) * x(i);
        scores(j) = row.target(from + j) - row.weight(from + j) * score;
      });
      row.for_each(size, [&](int i) {
        for (int j = 0; j < count; ++j) slope(i) += scores(j) * row.factor(from + j, first + i);
      });
      row.for_each(size * size, [&](int e) {
        int const a = first + e / size, b = first + e % size;
        float sum = matrix(e);
        for (int j = 0; j < count; ++j) {
          sum += row.weight(from + j) * row.factor(from + j, a) * row.factor(from + j, b);
        }
        matrix(e) = sum;
      });
    }
  }

  /// Cholesky of `matrix`, then the solution in place of `slope`; a direction that is not determined gets 0.
  KOKKOS_FUNCTION void factor(TeamRow const& row, int size, Scratch const& matrix, Scratch const& slope) const {
    for (int k = 0; k < size; ++k) {
      float const pivot = matrix(k * size + k);
      float const scale = pivot > 1e-12f ? 1 / std::sqrt(pivot) : 0.0f;
      row.for_each(size - k, [&](int i) { matrix(k * size + k + i) *= scale; });
      int const below = size - k - 1;
      row.for_each(below * below, [&](int e) {
        int const i = k + 1 + e / below, j = k + 1 + e % below;
        if (j >= i) matrix(i * size + j) -= matrix(k * size + i) * matrix(k * size + j);
      });
    }
    for (int k = 0; k < size; ++k) {
      float const pivot = matrix(k * size + k);
      float const z = pivot > 0 ? slope(k) / pivot : 0.0f;
      row.for_each(size - k, [&](int i) { slope(k + i) = i == 0 ? z : slope(k + i) - z * matrix(k * size + k + i); });
    }
    for (int k = size - 1; k >= 0; --k) {
      float const pivot = matrix(k * size + k);
      float const z = pivot > 0 ? slope(k) / pivot : 0.0f;
      row.for_each(k + 1, [&](int i) { slope(i) = i == k ? z : slope(i) - z * matrix(i * size + k); });
    }
  }
};

}  // namespace

void solve_rows_portable(Exec const& exec, RowProblems const& problems, RowSolver const& solver,
                         FactorMatrix const& factors) {
  if (problems.rows() == 0) return;
  auto const rows = static_cast<int>(problems.rows());
  int const width = problems.width();
  // On hosts one thread per row keeps the order of every sum.
  bool const is_host = Kokkos::SpaceAccessibility<Kokkos::HostSpace, DeviceMemory>::accessible;
  TeamPolicy policy = is_host ? TeamPolicy(exec, rows, 1) : TeamPolicy(exec, rows, Kokkos::AUTO);
  auto const bytes = [](int floats) { return Scratch::shmem_size(static_cast<std::size_t>(floats)) + 64 * 8; };
  if (solver.kind == RowSolverKind::conjugate_gradient) {
    policy.set_scratch_size(0, Kokkos::PerTeam(bytes(ConjugateGradient::floats(width))));
    Kokkos::parallel_for("factors::conjugate_gradient", policy, ConjugateGradient{problems, factors, solver.steps});
  } else {
    bool const exact = solver.kind == RowSolverKind::exact;
    int const block = exact || solver.block > width ? width : solver.block;
    policy.set_scratch_size(1, Kokkos::PerTeam(bytes(ExactBlocks::floats(width, block))));
    Kokkos::parallel_for("factors::exact_blocks", policy, ExactBlocks{problems, factors, block, exact});
  }
  exec.fence();
}

}  // namespace tidemill::kernels
