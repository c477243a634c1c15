#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/features/windows.hpp"

namespace tidemill::tests {

/// The specification of the rolling kernels: every window is collected anew.
struct RollingSeries {
  std::vector<std::int64_t> time, first;
  std::vector<kernels::Fixed> values;

  /// Values of row i's series with begin < time <= end.
  std::vector<double> between(std::size_t i, std::int64_t begin, std::int64_t end) const {
    std::vector<double> found;
    for (std::size_t j = 0; j < time.size(); ++j) {
      if (first[j] != first[i] || time[j] <= begin || time[j] > end || values[j] == kernels::missing_fixed) continue;
      found.push_back(static_cast<double>(values[j]) * kernels::fixed_unit);
    }
    return found;
  }
};

inline double mean_of(std::vector<double> const& values) {
  double sum = 0;
  for (double const value : values) sum += value;
  return values.empty() ? std::nan("") : sum / static_cast<double>(values.size());
}

inline double statistic_of(std::vector<double> values, kernels::Statistic statistic) {
  using kernels::Statistic;
  std::size_t const n = values.size();
  if (statistic == Statistic::count) return static_cast<double>(n);
  if (n == 0) return std::nan("");
  std::sort(values.begin(), values.end());
  if (statistic == Statistic::min) return values.front();
  if (statistic == Statistic::max) return values.back();
  if (statistic == Statistic::median) return (values[(n - 1) / 2] + values[n / 2]) / 2;
  double const mean = mean_of(values);
  if (statistic == Statistic::mean) return mean;
  double squares = 0;
  for (double const value : values) squares += (value - mean) * (value - mean);
  return n < 2 ? std::nan("") : std::sqrt(squares / static_cast<double>(n - 1));
}

inline std::vector<double> roll(RollingSeries const& series, std::int64_t lead, std::int64_t window,
                                kernels::Statistic statistic) {
  std::vector<double> result;
  for (std::size_t i = 0; i < series.time.size(); ++i) {
    std::int64_t const end = series.time[i] - lead;
    result.push_back(statistic_of(series.between(i, end - window, end), statistic));
  }
  return result;
}

inline std::vector<double> season_mean(RollingSeries const& series, std::int64_t lead, std::int64_t season,
                                       std::int64_t count) {
  std::vector<double> result;
  for (std::size_t i = 0; i < series.time.size(); ++i) {
    std::vector<double> found;
    std::int64_t k = 1;
    while (k * season < lead) ++k;
    for (std::int64_t const last = k + count; k < last; ++k) {
      std::int64_t const when = series.time[i] - k * season;
      for (double const value : series.between(i, when - 1, when)) found.push_back(value);
    }
    result.push_back(mean_of(found));
  }
  return result;
}

}  // namespace tidemill::tests
