#include "drivers/trend/trend.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include "drivers/panel/row_columns.hpp"
#include "drivers/trend/series_build.hpp"
#include "io/error.hpp"
#include "io/tables/missing.hpp"
#include "kernels/trend/mann_kendall.hpp"
#include "kernels/trend/stl.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::size_t fewest_points = 8;

template <class T>
kernels::Array<T const> to_device(std::vector<T> const& values) {
  kernels::Array<T> copy(Kokkos::view_alloc(Kokkos::WithoutInitializing, std::string("trend::input")), values.size());
  Kokkos::deep_copy(copy, Kokkos::View<T const*, Kokkos::HostSpace>(values.data(), values.size()));
  return copy;
}

template <class T>
std::vector<T> to_host(kernels::Array<T> const& values) {
  std::vector<T> copy(values.extent(0));
  Kokkos::deep_copy(Kokkos::View<T*, Kokkos::HostSpace>(copy.data(), copy.size()), values);
  return copy;
}

/// Values of all series one after another, and where each begins.
struct Packed {
  std::vector<std::int64_t> first{0};
  std::vector<double> values, positions;

  void add(std::vector<double> const& more) {
    values.insert(values.end(), more.begin(), more.end());
    first.push_back(static_cast<std::int64_t>(values.size()));
  }
  kernels::SeriesBatch batch() const { return {to_device(first), to_device(values)}; }
};

struct Decomposed {
  std::vector<std::int64_t> first;
  std::vector<double> trend, season;
};

Decomposed decompose_all(std::vector<UnitSeries> const& series, TrendParams const& params) {
  Packed packed;
  for (UnitSeries const& one : series) packed.add(one.units);
  kernels::StlParams const stl = kernels::advised_stl(params.season, params.seasonal_window, params.robust);
  kernels::StlParts const parts{kernels::Array<double>("trend::trend", packed.values.size()),
                                kernels::Array<double>("trend::season", packed.values.size())};
  kernels::decompose(kernels::Exec(), packed.batch(), stl, parts);
  return {packed.first, to_host(parts.trend), to_host(parts.season)};
}

double variance_of(std::vector<double> const& x) {
  double const n = static_cast<double>(x.size());
  double const mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double sum = 0;
  for (double const value : x) sum += (value - mean) * (value - mean);
  return sum / n;
}

/// max(0, 1 - Var rest / Var(part + rest)); missing when there is nothing to explain.
double strength_of(std::vector<double> const& part, std::vector<double> const& rest) {
  std::vector<double> both(part.size());
  for (std::size_t i = 0; i < part.size(); ++i) both[i] = part[i] + rest[i];
  double const total = variance_of(both);
  return total > 0 ? std::max(0.0, 1 - variance_of(rest) / total) : io::missing_real;
}

struct TrendRow {
  std::int32_t location = -1, item = 0;
  std::int64_t observations = 0, filled = 0, first_day = io::missing_integer, last_day = io::missing_integer;
  double mean = io::missing_real, slope = io::missing_real, z = io::missing_real, p = io::missing_real,
         q = io::missing_real, factor = io::missing_real;
  std::int64_t s = io::missing_integer;
  double trend_strength = io::missing_real, season_strength = io::missing_real;
  std::int64_t is_seasonal = 0, peak = io::missing_integer;
};

/// Position in the season with the highest mean seasonal part; by the calendar where the season is a week of days.
std::int64_t peak_of(std::vector<double> const& season, UnitSeries const& series, TrendParams const& params,
                     bool has_calendar) {
  bool const is_week = has_calendar && params.season == 7 && params.step == 1;
  std::int64_t const shift = is_week ? ((series.first_day + 3) % 7 + 7) % 7 : 0;
  std::vector<double> sum(static_cast<std::size_t>(params.season), 0.0), count = sum;
  for (std::size_t i = 0; i < season.size(); ++i) {
    auto const at = (i + static_cast<std::size_t>(shift)) % sum.size();
    sum[at] += season[i];
    count[at] += 1;
  }
  std::size_t best = 0;
  for (std::size_t k = 1; k < sum.size(); ++k) {
    if (sum[k] / count[k] > sum[best] / count[best]) best = k;
  }
  return static_cast<std::int64_t>(best);
}

void describe_parts(TrendRow& row, UnitSeries const& series, Decomposed const& parts, std::size_t k,
                    TrendParams const& params, bool has_calendar) {
  if (series.units.size() < 2 * static_cast<std::size_t>(params.season)) return;
  auto const begin = static_cast<std::ptrdiff_t>(parts.first[k]), end = static_cast<std::ptrdiff_t>(parts.first[k + 1]);
  std::vector<double> const trend(parts.trend.begin() + begin, parts.trend.begin() + end);
  std::vector<double> const season(parts.season.begin() + begin, parts.season.begin() + end);
  std::vector<double> rest(trend.size());
  for (std::size_t i = 0; i < rest.size(); ++i) rest[i] = series.units[i] - trend[i] - season[i];
  row.trend_strength = strength_of(trend, rest);
  row.season_strength = strength_of(season, rest);
  row.is_seasonal = is_seasonal(series.units, params.season) ? 1 : 0;
  row.peak = peak_of(season, series, params, has_calendar);
}

/// Two-sided p of a standard normal.
double p_of(double z) { return std::erfc(std::abs(z) / std::sqrt(2.0)); }

/// Slopes are per week; a point may be several of them.
double weeks_of_point(TrendParams const& params) {
  int const days = params.week * params.step;
  return days > 7 && days % 7 == 0 ? days / 7 : 1;
}

void test_all(std::vector<TrendRow>& rows, std::vector<UnitSeries> const& series, TrendParams const& params) {
  Packed packed;
  for (UnitSeries const& one : series) {
    TrendPoints const points = trend_points(one, params.week);
    packed.add(points.mean);
    packed.positions.insert(packed.positions.end(), points.position.begin(), points.position.end());
  }
  std::size_t const count = series.size();
  kernels::TrendTests const tests{
      kernels::Array<std::int64_t>("trend::s", count), kernels::Array<double>("trend::variance", count),
      kernels::Array<double>("trend::slope", count), kernels::Array<double>("trend::factor", count)};
  kernels::test_trends(kernels::Exec(), packed.batch(), to_device(packed.positions), tests);
  std::vector<std::int64_t> const s = to_host(tests.s);
  std::vector<double> const variance = to_host(tests.variance), slope = to_host(tests.slope),
                            factor = to_host(tests.variance_factor);
  for (std::size_t k = 0; k < count; ++k) {
    if (packed.first[k + 1] - packed.first[k] < static_cast<std::int64_t>(fewest_points)) continue;
    TrendRow& row = rows[k];
    row.s = s[k];
    row.slope = slope[k] / weeks_of_point(params);
    row.factor = std::max(1.0, factor[k]);
    double const sign = s[k] > 0 ? 1 : s[k] < 0 ? -1 : 0;
    row.z = variance[k] > 0 ? (static_cast<double>(s[k]) - sign) / std::sqrt(variance[k] * row.factor) : 0.0;
    row.p = p_of(row.z);
  }
}

std::vector<TrendRow> describe(std::vector<UnitSeries> const& series, TrendParams const& params, bool has_calendar) {
  Decomposed const parts = decompose_all(series, params);
  std::vector<TrendRow> rows(series.size());
  for (std::size_t k = 0; k < series.size(); ++k) {
    UnitSeries const& one = series[k];
    TrendRow& row = rows[k];
    row.location = one.location;
    row.item = one.item;
    if (one.units.empty()) continue;
    row.observations = static_cast<std::int64_t>(one.units.size());
    row.filled = one.filled;
    row.first_day = one.first_day;
    row.last_day = one.first_day + static_cast<std::int64_t>(one.units.size() - 1) * params.step;
    row.mean = std::accumulate(one.units.begin(), one.units.end(), 0.0) / static_cast<double>(one.units.size());
    describe_parts(row, one, parts, k, params, has_calendar);
  }
  test_all(rows, series, params);
  return rows;
}

char const* trend_word(TrendRow const& row, double alpha) {
  if (std::isnan(row.q)) return "too_short";
  if (row.q > alpha) return "steady";
  return row.s > 0 ? "rising" : "falling";
}

/// A date where the input has dates, else the number of the step.
io::ColumnType date_type(SalesPanel const& panel) {
  return panel.has_calendar ? io::ColumnType::date : io::ColumnType::integer;
}

io::Table trend_table(io::Comm const& comm, SalesPanel const& panel, std::vector<TrendRow> const& rows,
                      TrendParams const& params) {
  using Row = TrendRow;
  RowColumns<Row> columns(comm, rows);
  auto const integer = io::ColumnType::integer;
  columns.text("location", "missing: all", [&](Row const& r) { return text_at(panel.locations, r.location); })
      .text("item", "item key", [&](Row const& r) { return text_at(panel.items, r.item); })
      .text("item_name", "newest name", [&](Row const& r) { return text_at(panel.item_names, r.item); })
      .text("category", "newest category",
            [&](Row const& r) {
              return text_at(panel.categories, panel.category_of_item[static_cast<std::size_t>(r.item)]);
            })
      .integer("observations", integer, "steps", "on an even grid", [](Row const& r) { return r.observations; })
      .integer("filled", integer, "steps", "closed or without a row: same position of neighbouring seasons",
               [](Row const& r) { return r.filled; })
      .integer("first_day", date_type(panel), "", "first step used", [](Row const& r) { return r.first_day; })
      .integer("last_day", date_type(panel), "", "last step", [](Row const& r) { return r.last_day; })
      .real("mean_units", "units per step", "mean", [](Row const& r) { return r.mean; })
      .text("trend", "rising or falling where q <= alpha, steady, too_short",
            [&](Row const& r) { return trend_word(r, params.alpha); })
      .real("slope_per_week", "units per step and week", "Sen 1968 on weekly means",
            [](Row const& r) { return r.slope; })
      .real("slope_share", "share of the mean per week", "slope_per_week / mean_units",
            [](Row const& r) { return r.mean > 0 ? r.slope / r.mean : io::missing_real; })
      .integer("mann_kendall_s", integer, "pairs", "rising less falling pairs of weeks",
               [](Row const& r) { return r.s; })
      .real("z", "standard errors", "Mann-Kendall, Hamed & Rao 1998 variance", [](Row const& r) { return r.z; })
      .real("p", "probability", "two-sided", [](Row const& r) { return r.p; })
      .real("variance_factor", "factor", "of Hamed & Rao, at least 1", [](Row const& r) { return r.factor; })
      .real("q", "false discovery rate", "Benjamini-Hochberg over all series", [](Row const& r) { return r.q; })
      .real("trend_strength", "share", "1 - Var R / Var(T + R) of STL", [](Row const& r) { return r.trend_strength; })
      .real("season_strength", "share", "1 - Var R / Var(S + R) of STL", [](Row const& r) { return r.season_strength; })
      .integer("seasonal", integer, "0/1", "by autocorrelation at the season",
               [](Row const& r) { return r.is_seasonal; })
      .integer("peak", integer, "position in the season", "highest; Monday is 0 in a week of days",
               [](Row const& r) { return r.peak; });
  return columns.take();
}

void check(TrendParams const& params) {
  bool const window = params.seasonal_window >= 3 && params.seasonal_window % 2 == 1;
  if (params.step < 1 || params.season < 2 || params.week < 1 || params.max_observations < 2 || !window) {
    throw ConfigError("expected step >= 1, season >= 2, week >= 1, observations >= 2 and an odd seasonal window >= 3");
  }
}

PanelOwner owner_of(TrendParams const& params) {
  return params.by_location ? PanelOwner::location_item : PanelOwner::item;
}

}  // namespace

io::Table find_trends(io::Comm const& comm, io::Table const& daily, TrendParams const& params) {
  check(params);
  SalesPanel const panel = load_panel(comm, daily, params.columns, owner_of(params));
  std::vector<TrendRow> rows;
  io::agree(comm, "find trends", [&] { rows = describe(build_series(panel, params), params, panel.has_calendar); });
  std::vector<double> p;
  for (TrendRow const& row : rows) p.push_back(row.p);
  std::vector<double> const q = discovery_rates(comm.gather_all(std::span<double const>(p)));
  auto const before = static_cast<std::size_t>(comm.sum_before(static_cast<std::int64_t>(rows.size())));
  for (std::size_t k = 0; k < rows.size(); ++k) rows[k].q = q[before + k];
  return trend_table(comm, panel, rows, params);
}

io::Table decompose_series(io::Comm const& comm, io::Table const& daily, TrendParams const& params) {
  check(params);
  struct Point {
    std::int32_t location, item;
    std::int64_t day;
    double units, trend, season;
  };
  SalesPanel const panel = load_panel(comm, daily, params.columns, owner_of(params));
  std::vector<Point> points;
  io::agree(comm, "decompose series", [&] {
    std::vector<UnitSeries> const series = build_series(panel, params);
    Decomposed const parts = decompose_all(series, params);
    for (std::size_t k = 0; k < series.size(); ++k) {
      for (std::size_t i = 0; i < series[k].units.size(); ++i) {
        auto const at = static_cast<std::size_t>(parts.first[k]) + i;
        points.push_back({series[k].location, series[k].item,
                          series[k].first_day + static_cast<std::int64_t>(i) * params.step, series[k].units[i],
                          parts.trend[at], parts.season[at]});
      }
    }
  });
  RowColumns<Point> columns(comm, points);
  columns.text("location", "missing: all", [&](Point const& p) { return text_at(panel.locations, p.location); })
      .text("item", "item key", [&](Point const& p) { return text_at(panel.items, p.item); })
      .integer("day", date_type(panel), "", "of the step", [](Point const& p) { return p.day; })
      .real("units", "units", "sold, holes filled", [](Point const& p) { return p.units; })
      .real("trend", "units", "T of STL", [](Point const& p) { return p.trend; })
      .real("season", "units", "S of STL", [](Point const& p) { return p.season; })
      .real("rest", "units", "units - trend - season", [](Point const& p) { return p.units - p.trend - p.season; });
  return columns.take();
}

}  // namespace tidemill::drivers
