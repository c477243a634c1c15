#include "kernels/trend/mann_kendall.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/trend/select.hpp"

namespace tidemill::kernels {
namespace {

constexpr std::int64_t scratch_values = std::int64_t{1} << 24;

KOKKOS_FUNCTION std::int64_t pairs_of(std::int64_t n) { return n * (n - 1) / 2; }

/// The ties, t (t - 1) (2 t + 5) of each group of t, are counted value by value: each member adds its t-th part,
/// (t - 1) (2 t + 5).
KOKKOS_FUNCTION double variance_of(double const* x, std::int64_t n) {
  double ties = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    std::int64_t t = 0;
    for (std::int64_t j = 0; j < n; ++j) t += x[j] == x[i] ? 1 : 0;
    ties += static_cast<double>((t - 1) * (2 * t + 5));
  }
  return (static_cast<double>(n * (n - 1) * (2 * n + 5)) - ties) / 18;
}

/// Mean ranks, equal values share theirs.
KOKKOS_FUNCTION void rank_values(double const* x, std::int64_t n, double* rank) {
  for (std::int64_t i = 0; i < n; ++i) {
    std::int64_t below = 0, equal = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      below += x[j] < x[i] ? 1 : 0;
      equal += x[j] == x[i] ? 1 : 0;
    }
    rank[i] = static_cast<double>(below) + 0.5 * static_cast<double>(equal + 1);
  }
}

KOKKOS_FUNCTION double factor_of(double const* rank, std::int64_t n) {
  constexpr double z_95 = 1.959963984540054;
  double const mean = 0.5 * static_cast<double>(n + 1);
  double total = 0;
  for (std::int64_t i = 0; i < n; ++i) total += (rank[i] - mean) * (rank[i] - mean);
  if (n < 4 || total == 0) return 1.0;
  double const bound = z_95 / sqrt(static_cast<double>(n));
  double sum = 0;
  for (std::int64_t lag = 1; lag < n; ++lag) {
    double covariance = 0;
    for (std::int64_t i = 0; i + lag < n; ++i) covariance += (rank[i] - mean) * (rank[i + lag] - mean);
    double const correlation = covariance / total;
    if (fabs(correlation) > bound) {
      sum += static_cast<double>((n - lag) * (n - lag - 1) * (n - lag - 2)) * correlation;
    }
  }
  return 1 + 2.0 / static_cast<double>(n * (n - 1) * (n - 2)) * sum;
}

struct TestTrend {
  SeriesBatch series;
  Array<double const> time;
  TrendTests tests;
  Array<std::int64_t const> scratch_at;  ///< of each series of the block
  Array<double> scratch;
  std::int64_t first_series;

  KOKKOS_FUNCTION void operator()(std::int64_t k) const {
    std::int64_t const s = first_series + k;
    std::int64_t const begin = series.first(s);
    std::int64_t const n = series.first(s + 1) - begin;
    double const* const x = series.value.data() + begin;
    double const* const t = time.data() + begin;
    double* const slopes = scratch.data() + scratch_at(k);
    std::int64_t score = 0, at = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = i + 1; j < n; ++j) {
        score += (x[j] > x[i] ? 1 : 0) - (x[j] < x[i] ? 1 : 0);
        slopes[at++] = (x[j] - x[i]) / (t[j] - t[i]);
      }
    }
    tests.s(s) = score;
    tests.variance(s) = variance_of(x, n);
    double const slope = n < 2 ? NAN : median(slopes, at);
    tests.slope(s) = slope;
    double* const detrended = slopes;  // the pairs are not needed any more; there is room for 2 n at least
    double* const rank = detrended + n;
    for (std::int64_t i = 0; i < n; ++i) detrended[i] = x[i] - (n < 2 ? 0 : slope * t[i]);
    rank_values(detrended, n, rank);
    tests.variance_factor(s) = factor_of(rank, n);
  }
};

}  // namespace

void test_trends(Exec const& exec, SeriesBatch const& series, Array<double const> const& time,
                 TrendTests const& tests) {
  auto const first = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), series.first);
  auto const count = static_cast<std::int64_t>(first.extent(0)) - 1;
  for (std::int64_t begin = 0; begin < count;) {
    std::int64_t end = begin, used = 0;
    Array<std::int64_t> const at("trend::scratch_at", static_cast<std::size_t>(count - begin));
    auto const host_at = Kokkos::create_mirror_view(at);
    while (end < count) {
      std::int64_t const n = first(end + 1) - first(end);
      std::int64_t const need = std::max(pairs_of(n), 2 * n);
      if (end > begin && used + need > scratch_values) break;
      host_at(end - begin) = used;
      used += need;
      ++end;
    }
    Kokkos::deep_copy(at, host_at);
    Array<double> const scratch(Kokkos::view_alloc(Kokkos::WithoutInitializing, "trend::slopes"),
                                static_cast<std::size_t>(used));
    using Policy = Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>>;
    Kokkos::parallel_for("trend::test", Policy(exec, 0, end - begin),
                         TestTrend{series, time, tests, at, scratch, begin});
    exec.fence();
    begin = end;
  }
}

}  // namespace tidemill::kernels
