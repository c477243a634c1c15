#include <algorithm>
#include <memory>

#include "kernels/factors/solve_row_host.hpp"
#include "kernels/factors/vector_avx2.hpp"

namespace tidemill::kernels::host {
namespace {

/// Rows of the other side that are brought together in one piece of L1.
constexpr int chunk = 64;
/// Rows whose factors fit here are copied together once; of longer ones conjugate gradient reads the table each time.
constexpr std::int64_t largest_copy = std::int64_t{1} << 17;
/// How far ahead of use a row is asked for.
constexpr std::int64_t ahead = 12;

struct Pairs {
  Pairs(HostRows const& rows, std::int64_t row)
      : count(rows.start[row + 1] - rows.start[row]),
        column(rows.column + rows.start[row]),
        value(rows.value == nullptr ? nullptr : rows.value + rows.start[row]) {}
  std::int64_t count;
  std::int32_t const* column;
  float const* value;
};

float weight_of(HostRows const& rows, Pairs const& pairs, std::int64_t j) {
  return pairs.value == nullptr ? rows.weight_scale : rows.weight_scale * pairs.value[j];
}

float const* factors_of(HostRows const& rows, Pairs const& pairs, std::int64_t j) {
  return rows.fixed + std::int64_t{pairs.column[j]} * rows.width;
}

void prefetch(HostRows const& rows, Pairs const& pairs, std::int64_t j) {
  if (j >= pairs.count) return;
  float const* const at = factors_of(rows, pairs, j);
  for (int i = 0; i < rows.width; i += 16) _mm_prefetch(reinterpret_cast<char const*>(at + i), _MM_HINT_T0);
}

/// Gx + ridge x
void multiply_fixed_part(HostRows const& rows, float ridge, float const* x, float* out) {
  multiply(rows.gram, rows.width, rows.width, rows.width, x, out);
  add_multiple(ridge, x, out, rows.width);
}

// ---------------------------------------------------------------------------------------------- conjugate gradient

/// A row's pairs in fours; those that fill up the last four have weight and target 0 and point at zeros.
struct Listed {
  float const** row;
  float* weight;
  float* target;
  std::int64_t count;
};

Listed list_pairs(HostRows const& rows, Pairs const& pairs) {
  static thread_local VectorMemory copies, numbers, zeros;
  static thread_local std::unique_ptr<float const*[]> pointers;
  static thread_local std::int64_t room = 0;
  std::int64_t const filled = (pairs.count + 3) / 4 * 4;
  if (filled > room) {
    room = 2 * filled;
    pointers = std::make_unique<float const*[]>(static_cast<std::size_t>(room));
  }
  float* const weight = numbers.at_least(2 * filled);
  Listed const listed{pointers.get(), weight, weight + filled, filled};
  float* const zero = zeros.at_least(rows.width);
  std::fill_n(zero, rows.width, 0.0f);
  bool const copy = pairs.count * rows.width <= largest_copy;
  float* at = copy ? copies.at_least(filled * rows.width) : nullptr;
  for (std::int64_t j = 0; j < pairs.count; ++j) {
    float const* const factors = factors_of(rows, pairs, j);
    listed.weight[j] = weight_of(rows, pairs, j);
    listed.target[j] = listed.weight[j] + rows.extra_target;
    listed.row[j] = copy ? at : factors;
    if (!copy) continue;
    prefetch(rows, pairs, j + ahead);
    for (int i = 0; i < rows.width; i += 8) _mm256_store_ps(at + i, _mm256_loadu_ps(factors + i));
    at += rows.width;
  }
  for (std::int64_t j = pairs.count; j < filled; ++j) {
    listed.row[j] = zero;
    listed.weight[j] = listed.target[j] = 0;
  }
  return listed;
}

/// Four factors t = target - weight (row.x), or weight (row.x) without targets.
template <bool WithTargets>
__m128 factors_of_four(Listed const& listed, std::int64_t j, __m128 products) {
  __m128 const weight = _mm_loadu_ps(listed.weight + j);
  if constexpr (WithTargets) return _mm_fnmadd_ps(weight, products, _mm_loadu_ps(listed.target + j));
  return _mm_mul_ps(weight, products);
}

__m256 broadcast_lane(__m128 four, int lane) {
  switch (lane) {
    case 0:
      return _mm256_broadcastss_ps(four);
    case 1:
      return _mm256_broadcastss_ps(_mm_movehdup_ps(four));
    case 2:
      return _mm256_broadcastss_ps(_mm_movehl_ps(four, four));
    default:
      return _mm256_broadcastss_ps(_mm_shuffle_ps(four, four, 0xff));
  }
}

/// out += sum over pairs of t row, four rows at a time; the sums stay in registers.
template <bool WithTargets, int Vectors>
void add_pairs_in_registers(Listed const& listed, float const* x, float* out) {
  __m256 sum[Vectors];
  for (int v = 0; v < Vectors; ++v) sum[v] = _mm256_loadu_ps(out + 8 * v);
  for (std::int64_t j = 0; j < listed.count; j += 4) {
    float const* const* const row = listed.row + j;
    __m256 product[4];
    for (int r = 0; r < 4; ++r) product[r] = _mm256_mul_ps(_mm256_loadu_ps(x), _mm256_loadu_ps(row[r]));
    for (int v = 1; v < Vectors; ++v) {
      __m256 const xv = _mm256_loadu_ps(x + 8 * v);
      for (int r = 0; r < 4; ++r) product[r] = _mm256_fmadd_ps(xv, _mm256_loadu_ps(row[r] + 8 * v), product[r]);
    }
    __m128 const four =
        factors_of_four<WithTargets>(listed, j, sums_of(product[0], product[1], product[2], product[3]));
    for (int r = 0; r < 4; ++r) {
      __m256 const factor = broadcast_lane(four, r);
      for (int v = 0; v < Vectors; ++v) sum[v] = _mm256_fmadd_ps(factor, _mm256_loadu_ps(row[r] + 8 * v), sum[v]);
    }
  }
  for (int v = 0; v < Vectors; ++v) _mm256_storeu_ps(out + 8 * v, sum[v]);
}

/// The same for any width: the sums stay in memory.
template <bool WithTargets>
void add_pairs_of_any_width(Listed const& listed, int width, float const* x, float* out) {
  for (std::int64_t j = 0; j < listed.count; j += 4) {
    float const* const* const row = listed.row + j;
    __m256 product[4];
    for (__m256& p : product) p = _mm256_setzero_ps();
    for (int i = 0; i < width; i += 8) {
      __m256 const xi = _mm256_loadu_ps(x + i);
      for (int r = 0; r < 4; ++r) product[r] = _mm256_fmadd_ps(xi, _mm256_loadu_ps(row[r] + i), product[r]);
    }
    __m128 const four =
        factors_of_four<WithTargets>(listed, j, sums_of(product[0], product[1], product[2], product[3]));
    __m256 factor[4];
    for (int r = 0; r < 4; ++r) factor[r] = broadcast_lane(four, r);
    for (int i = 0; i < width; i += 8) {
      __m256 sum = _mm256_loadu_ps(out + i);
      for (int r = 0; r < 4; ++r) sum = _mm256_fmadd_ps(factor[r], _mm256_loadu_ps(row[r] + i), sum);
      _mm256_storeu_ps(out + i, sum);
    }
  }
}

template <bool WithTargets>
void add_pairs(Listed const& listed, int width, float const* x, float* out) {
  switch (width) {
    case 16:
      return add_pairs_in_registers<WithTargets, 2>(listed, x, out);
    case 32:
      return add_pairs_in_registers<WithTargets, 4>(listed, x, out);
    case 48:
      return add_pairs_in_registers<WithTargets, 6>(listed, x, out);
    case 64:
      return add_pairs_in_registers<WithTargets, 8>(listed, x, out);
    default:
      return add_pairs_of_any_width<WithTargets>(listed, width, x, out);
  }
}

void solve_conjugate_gradient(HostRows const& rows, std::int64_t row, int steps, float* x) {
  static thread_local VectorMemory memory;
  int const width = rows.width;
  float* const residual = memory.at_least(3 * std::int64_t{width});
  float* const direction = residual + width;
  float* const image = direction + width;
  float const ridge = rows.ridge[row];
  Listed const listed = list_pairs(rows, Pairs(rows, row));
  multiply_fixed_part(rows, ridge, x, residual);
  for (int i = 0; i < width; ++i) residual[i] = -residual[i];
  add_pairs<true>(listed, width, x, residual);
  std::copy_n(residual, width, direction);
  float squares = product(residual, residual, width);
  // Below this the factors are at float's limit.
  for (int step = 0; step < steps && squares > 1e-20f; ++step) {
    multiply_fixed_part(rows, ridge, direction, image);
    add_pairs<false>(listed, width, direction, image);
    float const length = squares / product(direction, image, width);
    add_multiple(length, direction, x, width);
    add_multiple(-length, image, residual, width);
    float const left = product(residual, residual, width);
    float const share = left / squares;
    for (int i = 0; i < width; ++i) direction[i] = residual[i] + share * direction[i];
    squares = left;
  }
}

// --------------------------------------------------------------------------------------------------- exact, blocks

/// Factors `first` .. first + size of up to `chunk` pairs side by side, and the same times their weights.
struct Piece {
  float* plain;
  float* weighted;
  int count;
};

Piece gather(HostRows const& rows, Pairs const& pairs, std::int64_t from, int first, int size, float* memory) {
  Piece const piece{memory, pairs.value == nullptr && rows.weight_scale == 1 ? memory : memory + chunk * size,
                    static_cast<int>(std::min<std::int64_t>(chunk, pairs.count - from))};
  for (int j = 0; j < piece.count; ++j) {
    prefetch(rows, pairs, from + j + ahead);
    float const* const factors = factors_of(rows, pairs, from + j) + first;
    for (int i = 0; i < size; i += 8) _mm256_store_ps(piece.plain + j * size + i, _mm256_loadu_ps(factors + i));
    if (piece.weighted == piece.plain) continue;
    __m256 const weight = _mm256_set1_ps(weight_of(rows, pairs, from + j));
    for (int i = 0; i < size; i += 8) {
      _mm256_store_ps(piece.weighted + j * size + i, _mm256_mul_ps(weight, _mm256_loadu_ps(factors + i)));
    }
  }
  return piece;
}

/// Block `first` .. first + size of G, with the ridge on its diagonal.
void copy_fixed_part(HostRows const& rows, float ridge, int first, int size, float* out) {
  if (rows.diagonal != nullptr) {
    std::fill_n(out, std::int64_t{size} * size, 0.0f);
    for (int i = 0; i < size; ++i) out[i * std::int64_t{size} + i] = rows.diagonal[first + i] + ridge;
    return;
  }
  for (int i = 0; i < size; ++i) {
    std::copy_n(rows.gram + std::int64_t{first + i} * rows.width + first, size, out + i * size);
    out[i * size + i] += ridge;
  }
}

void solve_exact(HostRows const& rows, std::int64_t row, float* x) {
  static thread_local VectorMemory memory, gathered;
  int const width = rows.width;
  float* const matrix = memory.at_least((std::int64_t{width} + 1) * width);
  float* const right_side = matrix + std::int64_t{width} * width;
  float* const room = gathered.at_least(2 * std::int64_t{chunk} * width);
  Pairs const pairs(rows, row);
  copy_fixed_part(rows, rows.ridge[row], 0, width, matrix);
  std::fill_n(right_side, width, 0.0f);
  for (std::int64_t from = 0; from < pairs.count; from += chunk) {
    Piece const piece = gather(rows, pairs, from, 0, width, room);
    for (int j = 0; j < piece.count; ++j) {
      float const target = weight_of(rows, pairs, from + j) + rows.extra_target;
      add_multiple(target, piece.plain + j * width, right_side, width);
    }
    add_products_avx2(piece.weighted, piece.plain, width, piece.count, width, matrix, width);
  }
  solve_cholesky_avx2(matrix, width, width, right_side, x);
}

/// Least squares of one block of factors with all others as they are: minus the gradient, over the curvature.
class BlockStep {
 public:
  BlockStep(HostRows const& rows, std::int64_t row, float* x, float* scores)
      : rows_(rows), pairs_(rows, row), ridge_(rows.ridge[row]), x_(x), scores_(scores) {}

  void improve(int first, int size) {
    static thread_local VectorMemory memory, gathered;
    float* const matrix = memory.at_least((std::int64_t{size} + 2) * size);
    float* const slope = matrix + std::int64_t{size} * size;
    float* const change = slope + size;
    float* const room = gathered.at_least(2 * std::int64_t{chunk} * size);
    copy_fixed_part(rows_, ridge_, first, size, matrix);
    multiply(rows_.gram + first, rows_.width, rows_.width, size, x_, slope);
    for (int i = 0; i < size; ++i) slope[i] = -slope[i] - ridge_ * x_[first + i];
    for (std::int64_t from = 0; from < pairs_.count; from += chunk) {
      Piece const piece = gather(rows_, pairs_, from, first, size, room);
      for (int j = 0; j < piece.count; ++j) {
        float const weight = weight_of(rows_, pairs_, from + j);
        float const factor = weight + rows_.extra_target - weight * scores_[from + j];
        add_multiple(factor, piece.plain + j * size, slope, size);
      }
      add_products_avx2(piece.weighted, piece.plain, size, piece.count, size, matrix, size);
    }
    solve_cholesky_avx2(matrix, size, size, slope, change);
    for (int i = 0; i < size; ++i) x_[first + i] += change[i];
    for (std::int64_t j = 0; j < pairs_.count; ++j) {
      scores_[j] += product(factors_of(rows_, pairs_, j) + first, change, size);
    }
  }

 private:
  HostRows const& rows_;
  Pairs pairs_;
  float ridge_;
  float* x_;
  float* scores_;
};

void solve_blocks(HostRows const& rows, std::int64_t row, int block, float* x) {
  static thread_local VectorMemory memory;
  Pairs const pairs(rows, row);
  float* const scores = memory.at_least(pairs.count);
  for (std::int64_t j = 0; j < pairs.count; ++j) {
    prefetch(rows, pairs, j + ahead);
    scores[j] = product(factors_of(rows, pairs, j), x, rows.width);
  }
  BlockStep step(rows, row, x, scores);
  for (int first = 0; first < rows.width; first += block) step.improve(first, std::min(block, rows.width - first));
}

}  // namespace

bool has_avx2() {
  static bool const has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has;
}

void solve_row_avx2(HostRows const& rows, RowSolver const& solver, std::int64_t row, float* x) {
  if (rows.start[row] == rows.start[row + 1]) {
    std::fill_n(x, rows.width, 0.0f);
    return;
  }
  switch (solver.kind) {
    case RowSolverKind::exact:
      return has_few_pairs(rows, row) ? solve_few_pairs_avx2(rows, row, x) : solve_exact(rows, row, x);
    case RowSolverKind::conjugate_gradient:
      return solve_conjugate_gradient(rows, row, solver.steps, x);
    case RowSolverKind::blocks:
      return solve_blocks(rows, row, solver.block, x);
  }
}

}  // namespace tidemill::kernels::host
