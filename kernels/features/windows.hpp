#pragma once

#include <cstdint>
#include <limits>

#include "kernels/device.hpp"

namespace tidemill::kernels {

/// Values in units of 2^-20, so that sums are exact in any order and for any split of the rows.
using Fixed = std::int64_t;
constexpr Fixed missing_fixed = std::numeric_limits<Fixed>::min();
constexpr double fixed_unit = 1.0 / 1048576.0;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Rows of several series, one series after the other, each in ascending order of time without repeats.
struct SeriesRows {
  Array<std::int64_t const> time;
  Array<std::int64_t const> first;  ///< row i belongs to the series that begins at row first(i)

  std::int64_t size() const { return static_cast<std::int64_t>(time.extent(0)); }
};

enum class Statistic { mean, sd, min, max, median, count };

/// Longest window, in steps, that a median can be asked of.
constexpr std::int64_t largest_median_window = 128;

/// ends(i): one past the newest row of the series of row i with time <= time(i) - lead; first(i) when there is none.
void find_ends(Exec const& exec, SeriesRows const& rows, std::int64_t lead, Array<std::int64_t> const& ends);

/// out(i): the statistic of the values stamped time(i) - lead - window < t <= time(i) - lead in the series of row i;
/// window 0: all of them up to time(i) - lead. Missing values are skipped; no value: NaN, count 0. sd is that of a
/// sample (n - 1), NaN below two values. Window 0 is for mean and count only. `sums` and `counts` are from accumulate.
struct RollingInput {
  SeriesRows rows;
  Array<std::int64_t const> ends;
  Array<Fixed const> values;
  Array<Fixed const> sums;           ///< of the values before row i, over all series; one more than rows
  Array<std::int64_t const> counts;  ///< likewise, how many were not missing
};
void roll(Exec const& exec, RollingInput const& input, std::int64_t lead, std::int64_t window, Statistic statistic,
          Array<double> const& out);

/// sums(i), counts(i): totals of rows 0 .. i-1, missing ones skipped. Both hold one element more than values.
void accumulate(Exec const& exec, Array<Fixed const> const& values, Array<Fixed> const& sums,
                Array<std::int64_t> const& counts);

/// out(i): the value stamped exactly time(i) - lag in the series of row i; NaN when there is none.
void lag(Exec const& exec, SeriesRows const& rows, Array<Fixed const> const& values, std::int64_t lag,
         Array<double> const& out);

/// out(i): mean of the values stamped time(i) - k season for the `count` smallest k with k season >= lead; those there
/// are. NaN when there is none.
void season_mean(Exec const& exec, SeriesRows const& rows, Array<Fixed const> const& values, std::int64_t lead,
                 std::int64_t season, std::int64_t count, Array<double> const& out);

/// out(i): steps from the newest value at or before time(i) - lead to time(i) - lead; NaN when there is none.
void steps_since_value(Exec const& exec, RollingInput const& input, std::int64_t lead, Array<double> const& out);

/// out(i): steps from the first row of the series to row i; NaN when that row is younger than lead.
void steps_since_first(Exec const& exec, SeriesRows const& rows, std::int64_t lead, Array<double> const& out);

/// out(i): rows, ending with row i, over which the flag has been on without a break, in steps of time; 0 when off.
void steps_into_run(Exec const& exec, SeriesRows const& rows, Array<std::int8_t const> const& flag,
                    Array<double> const& out);

}  // namespace tidemill::kernels
