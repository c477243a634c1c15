#include "drivers/trend/series_build.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace tidemill::drivers {
namespace {

/// Mean of the nearest known values a whole number of seasons before and after; of all known ones if there is none.
double fill_in(UnitSeries const& series, std::size_t i, std::size_t season, double mean) {
  auto const n = series.units.size();
  double sum = 0;
  int found = 0;
  for (std::size_t back = season; back <= i; back += season) {
    if (!series.is_known[i - back]) continue;
    sum += series.units[i - back];
    ++found;
    break;
  }
  for (std::size_t ahead = season; i + ahead < n; ahead += season) {
    if (!series.is_known[i + ahead]) continue;
    sum += series.units[i + ahead];
    ++found;
    break;
  }
  return found > 0 ? sum / found : mean;
}

void fill_holes(UnitSeries& series, int season) {
  double sum = 0, known = 0;
  for (std::size_t i = 0; i < series.units.size(); ++i) {
    if (!series.is_known[i]) continue;
    sum += series.units[i];
    known += 1;
  }
  for (std::size_t i = 0; i < series.units.size(); ++i) {
    if (series.is_known[i]) continue;
    series.units[i] = fill_in(series, i, static_cast<std::size_t>(season), sum / known);
    ++series.filled;
  }
}

UnitSeries series_of(SalesPanel const& panel, std::size_t first, std::size_t last, TrendParams const& params) {
  // Days arrive by (location, date): the sum over locations runs in the order of locations on every number of ranks.
  std::map<std::int32_t, double> by_date;
  for (std::size_t i = first; i < last; ++i) {
    if (panel.days[i].is_open != 0) by_date[panel.days[i].date] += panel.days[i].units;
  }
  UnitSeries series;
  series.location = params.by_location ? panel.days[first].location : -1;
  series.item = panel.days[first].item;
  if (by_date.empty()) return series;
  std::int32_t const end = by_date.rbegin()->first;
  std::int64_t const span = (end - by_date.begin()->first) / params.step + 1;
  auto const count = static_cast<std::size_t>(std::min<std::int64_t>(span, params.max_observations));
  series.first_day = end - static_cast<std::int32_t>(count - 1) * params.step;
  series.units.assign(count, 0.0);
  series.is_known.assign(count, false);
  for (auto const& [date, units] : by_date) {
    if (date < series.first_day) continue;
    auto const i = static_cast<std::size_t>((date - series.first_day) / params.step);
    series.units[i] += units;
    series.is_known[i] = true;
  }
  fill_holes(series, params.season);
  return series;
}

}  // namespace

std::vector<UnitSeries> build_series(SalesPanel const& panel, TrendParams const& params) {
  std::vector<UnitSeries> all;
  for_each_run(
      panel.days,
      [&](SalesDay const& a, SalesDay const& b) {
        return a.item == b.item && (!params.by_location || a.location == b.location);
      },
      [&](std::size_t first, std::size_t last) { all.push_back(series_of(panel, first, last, params)); });
  return all;
}

TrendPoints trend_points(UnitSeries const& series, int week) {
  TrendPoints points;
  auto const width = static_cast<std::size_t>(week);
  std::size_t const blocks = series.units.size() / width;
  std::size_t const skipped = series.units.size() - blocks * width;
  for (std::size_t b = 0; b < blocks; ++b) {
    double sum = 0, known = 0;
    for (std::size_t i = skipped + b * width; i < skipped + (b + 1) * width; ++i) {
      if (!series.is_known[i]) continue;
      sum += series.units[i];
      known += 1;
    }
    if (known == 0) continue;
    points.position.push_back(static_cast<double>(b));
    points.mean.push_back(sum / known);
  }
  return points;
}

bool is_seasonal(std::vector<double> const& values, int season) {
  auto const n = values.size();
  auto const m = static_cast<std::size_t>(season);
  if (season < 2 || n < 2 * m) return false;
  double const mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(n);
  auto const covariance = [&](std::size_t lag) {
    double sum = 0;
    for (std::size_t i = 0; i + lag < n; ++i) sum += (values[i] - mean) * (values[i + lag] - mean);
    return sum;
  };
  double const variance = covariance(0);
  if (variance == 0) return false;
  double squares = 0;
  for (std::size_t lag = 1; lag < m; ++lag) squares += std::pow(covariance(lag) / variance, 2);
  return std::abs(covariance(m) / variance) > 1.645 * std::sqrt((1 + 2 * squares) / static_cast<double>(n));
}

std::vector<double> discovery_rates(std::vector<double> const& p) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!std::isnan(p[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> q(p.size(), std::numeric_limits<double>::quiet_NaN());
  double smallest = 1;
  for (std::size_t k = order.size(); k-- > 0;) {
    smallest = std::min(smallest, p[order[k]] * static_cast<double>(order.size()) / static_cast<double>(k + 1));
    q[order[k]] = smallest;
  }
  return q;
}

}  // namespace tidemill::drivers
