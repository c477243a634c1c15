#include "kernels/trend/stl.hpp"

#include <cmath>

#include "kernels/trend/select.hpp"

namespace tidemill::kernels {
namespace {

int next_odd(double value) {
  int whole = static_cast<int>(value);
  if (whole < value) ++whole;
  return whole % 2 == 1 ? whole : whole + 1;
}

/// A strided part of an array: the values of one weekday, for example.
struct Strided {
  double* data;
  int stride;
  KOKKOS_FUNCTION double& operator[](int i) const { return data[static_cast<std::int64_t>(i) * stride]; }
};

KOKKOS_FUNCTION double cube(double x) { return x * x * x; }

/// Loess of degree 1 at position `at` (0-based, may lie one outside) from the points left..right of y, each weighted by
/// its distance and, where given, by `robust`. False when all weights are zero.
KOKKOS_FUNCTION bool fit_local_line(Strided y, int n, int window, double at, int left, int right, double* weight,
                                    double const* robust, int robust_stride, double& fitted) {
  double reach = at - left > right - at ? at - left : right - at;
  if (window > n) reach += static_cast<double>((window - n) / 2);
  double const far = 0.999 * reach, near = 0.001 * reach;
  double total = 0;
  for (int j = left; j <= right; ++j) {
    double const distance = fabs(j - at);
    double w = 0;
    if (distance <= far) w = distance <= near ? 1.0 : cube(1 - cube(distance / reach));
    if (robust != nullptr) w *= robust[static_cast<std::int64_t>(j) * robust_stride];
    weight[j - left] = w;
    total += w;
  }
  if (total <= 0) return false;
  for (int j = left; j <= right; ++j) weight[j - left] /= total;
  if (reach > 0) {
    double mean = 0;
    for (int j = left; j <= right; ++j) mean += weight[j - left] * j;
    double spread = 0;
    for (int j = left; j <= right; ++j) spread += weight[j - left] * (j - mean) * (j - mean);
    // Too few points apart for a slope: the weighted mean alone.
    if (sqrt(spread) > 0.001 * (n - 1)) {
      double const slope = (at - mean) / spread;
      for (int j = left; j <= right; ++j) weight[j - left] *= slope * (j - mean) + 1;
    }
  }
  fitted = 0;
  for (int j = left; j <= right; ++j) fitted += weight[j - left] * y[j];
  return true;
}

/// Loess of degree 1 at every point of y.
KOKKOS_FUNCTION void smooth(Strided y, int n, int window, double const* robust, int robust_stride, Strided out,
                            double* weight) {
  if (n < 2) {
    out[0] = y[0];
    return;
  }
  int const half = (window + 1) / 2;
  int left = 0, right = window >= n ? n - 1 : window - 1;
  for (int i = 0; i < n; ++i) {
    if (window < n && i + 1 > half && right != n - 1) {
      ++left;
      ++right;
    }
    double fitted = 0;
    out[i] = fit_local_line(y, n, window, i, left, right, weight, robust, robust_stride, fitted) ? fitted : y[i];
  }
}

KOKKOS_FUNCTION void moving_average(double const* x, int n, int width, double* out) {
  double sum = 0;
  for (int i = 0; i < width; ++i) sum += x[i];
  out[0] = sum / width;
  for (int i = width; i < n; ++i) {
    sum = sum - x[i - width] + x[i];
    out[i - width + 1] = sum / width;
  }
}

/// Smooths each position of the season over the seasons, and carries it one season past both ends.
/// `cycle` has n + 2 period values.
KOKKOS_FUNCTION void smooth_positions(double* y, int n, StlParams const& p, double const* robust, double* cycle,
                                      double* weight) {
  for (int k = 0; k < p.period; ++k) {
    int const count = (n - k - 1) / p.period + 1;
    Strided const from{y + k, p.period}, to{cycle + k + p.period, p.period};
    double const* const mine = robust == nullptr ? nullptr : robust + k;
    smooth(from, count, p.seasonal, mine, p.period, to, weight);
    int const right = p.seasonal < count ? p.seasonal - 1 : count - 1;
    double fitted = 0;
    cycle[k] = fit_local_line(from, count, p.seasonal, -1, 0, right, weight, mine, p.period, fitted) ? fitted : to[0];
    int const left = count - p.seasonal > 0 ? count - p.seasonal : 0;
    cycle[k + (count + 1) * p.period] =
        fit_local_line(from, count, p.seasonal, count, left, count - 1, weight, mine, p.period, fitted) ? fitted
                                                                                                        : to[count - 1];
  }
}

/// Bisquare weights from the rest beyond trend and season: far off counts little, beyond six medians nothing.
KOKKOS_FUNCTION void outlier_weights(double const* y, double const* trend, double const* season, int n, double* robust,
                                     double* scratch) {
  double largest = 0;
  for (int i = 0; i < n; ++i) {
    robust[i] = scratch[i] = fabs(y[i] - trend[i] - season[i]);
    largest = fabs(y[i]) > largest ? fabs(y[i]) : largest;
  }
  double const reach = 6 * median(scratch, n), far = 0.999 * reach, near = 0.001 * reach;
  bool const is_rounding = reach <= 1e-9 * largest;  // nothing stands out of what only rounding left
  for (int i = 0; i < n; ++i) {
    double const rest = robust[i];
    double const share = rest / reach;
    robust[i] = rest <= near || is_rounding ? 1.0 : rest <= far ? (1 - share * share) * (1 - share * share) : 0.0;
  }
}

/// One series. `work` has 5 (n + 2 period) + n values.
struct Decompose {
  SeriesBatch series;
  StlParams params;
  StlParts parts;
  Array<double> work;

  KOKKOS_FUNCTION void operator()(std::int64_t s) const {
    std::int64_t const begin = series.first(s);
    int const n = static_cast<int>(series.first(s + 1) - begin);
    double const* const y = series.value.data() + begin;
    double* const trend = parts.trend.data() + begin;
    double* const season = parts.season.data() + begin;
    if (n < 2 * params.period) {
      leave_whole(y, n, trend, season);
      return;
    }
    int const wide = n + 2 * params.period;
    double* const scratch = work.data() + 6 * begin + 10 * static_cast<std::int64_t>(params.period) * s;
    double* const robust = scratch + 5 * static_cast<std::int64_t>(wide);
    for (int i = 0; i < n; ++i) trend[i] = 0;
    for (int round = 0; round <= params.outer; ++round) {
      if (round > 0) outlier_weights(y, trend, season, n, robust, scratch);
      for (int inner = 0; inner < params.inner; ++inner) {
        one_round(y, n, trend, season, round > 0 ? robust : nullptr, scratch);
      }
    }
  }

  /// Season from the detrended series, then trend from the deseasonalised one.
  KOKKOS_FUNCTION void one_round(double const* y, int n, double* trend, double* season, double const* robust,
                                 double* scratch) const {
    int const wide = n + 2 * params.period;
    double* const a = scratch;
    double* const cycle = a + wide;
    double* const c = cycle + wide;
    double* const d = c + wide;
    double* const weight = d + wide;
    for (int i = 0; i < n; ++i) a[i] = y[i] - trend[i];
    smooth_positions(a, n, params, robust, cycle, weight);
    moving_average(cycle, wide, params.period, c);
    moving_average(c, n + params.period + 1, params.period, d);
    moving_average(d, n + 2, 3, c);
    smooth({c, 1}, n, params.low_pass, nullptr, 0, {a, 1}, weight);
    for (int i = 0; i < n; ++i) season[i] = cycle[params.period + i] - a[i];
    for (int i = 0; i < n; ++i) a[i] = y[i] - season[i];
    smooth({a, 1}, n, params.trend, robust, 1, {trend, 1}, weight);
  }

  KOKKOS_FUNCTION static void leave_whole(double const* y, int n, double* trend, double* season) {
    double sum = 0;
    for (int i = 0; i < n; ++i) sum += y[i];
    for (int i = 0; i < n; ++i) {
      trend[i] = sum / n;
      season[i] = 0;
    }
  }
};

}  // namespace

StlParams advised_stl(int period, int seasonal, bool robust) {
  StlParams params;
  params.period = period;
  params.seasonal = seasonal;
  params.trend = next_odd(1.5 * period / (1 - 1.5 / seasonal));
  params.low_pass = next_odd(period);
  params.inner = robust ? 1 : 2;
  params.outer = robust ? 15 : 0;
  return params;
}

void decompose(Exec const& exec, SeriesBatch const& series, StlParams const& params, StlParts const& parts) {
  auto const count = static_cast<std::int64_t>(series.first.extent(0)) - 1;
  if (count <= 0) return;
  auto const values = static_cast<std::int64_t>(series.value.extent(0));
  Array<double> const work(Kokkos::view_alloc(Kokkos::WithoutInitializing, "trend::stl_work"),
                           static_cast<std::size_t>(6 * values + 10 * params.period * count));
  using Policy = Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>>;
  Kokkos::parallel_for("trend::decompose", Policy(exec, 0, count), Decompose{series, params, parts, work});
  exec.fence();
}

}  // namespace tidemill::kernels
