#include "kernels/features/windows.hpp"

#include <cmath>

namespace tidemill::kernels {
namespace {

using Policy = Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>>;

/// One past the last of rows begin .. end-1 whose time is at most `latest`.
KOKKOS_INLINE_FUNCTION std::int64_t upper_bound(Array<std::int64_t const> const& time, std::int64_t begin,
                                                std::int64_t end, std::int64_t latest) {
  while (begin < end) {
    std::int64_t const middle = begin + (end - begin) / 2;
    if (time(middle) <= latest) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

/// The value of row i's series stamped exactly `when`, or missing.
KOKKOS_INLINE_FUNCTION Fixed value_at(SeriesRows const& rows, Array<Fixed const> const& values, std::int64_t i,
                                      std::int64_t when) {
  std::int64_t const end = upper_bound(rows.time, rows.first(i), i + 1, when);
  if (end == rows.first(i) || rows.time(end - 1) != when) return missing_fixed;
  return values(end - 1);
}

KOKKOS_INLINE_FUNCTION double mean_of(Fixed sum, std::int64_t count) {
  return count == 0 ? not_a_number : static_cast<double>(sum) * fixed_unit / static_cast<double>(count);
}

KOKKOS_INLINE_FUNCTION double sd_of(Array<Fixed const> const& values, std::int64_t begin, std::int64_t end, Fixed sum,
                                    std::int64_t count) {
  if (count < 2) return not_a_number;
  double const mean = static_cast<double>(sum) / static_cast<double>(count);
  double squares = 0;
  for (std::int64_t j = begin; j < end; ++j) {
    if (values(j) == missing_fixed) continue;
    double const e = static_cast<double>(values(j)) - mean;
    squares += e * e;
  }
  return sqrt(squares / static_cast<double>(count - 1)) * fixed_unit;
}

KOKKOS_INLINE_FUNCTION double extreme_of(Array<Fixed const> const& values, std::int64_t begin, std::int64_t end,
                                         bool largest) {
  Fixed best = missing_fixed;
  for (std::int64_t j = begin; j < end; ++j) {
    Fixed const value = values(j);
    if (value == missing_fixed) continue;
    if (best == missing_fixed || (largest ? value > best : value < best)) best = value;
  }
  return best == missing_fixed ? not_a_number : static_cast<double>(best) * fixed_unit;
}

KOKKOS_INLINE_FUNCTION double median_of(Array<Fixed const> const& values, std::int64_t begin, std::int64_t end) {
  Fixed sorted[largest_median_window];
  int count = 0;
  for (std::int64_t j = begin; j < end; ++j) {
    Fixed const value = values(j);
    if (value == missing_fixed) continue;
    int at = count++;
    for (; at > 0 && sorted[at - 1] > value; --at) sorted[at] = sorted[at - 1];
    sorted[at] = value;
  }
  if (count == 0) return not_a_number;
  Fixed const low = sorted[(count - 1) / 2];
  Fixed const high = sorted[count / 2];
  return (static_cast<double>(low) + static_cast<double>(high)) * (0.5 * fixed_unit);
}

}  // namespace

void find_ends(Exec const& exec, SeriesRows const& rows, std::int64_t lead, Array<std::int64_t> const& ends) {
  Kokkos::parallel_for(
      "features::find_ends", Policy(exec, 0, rows.size()), KOKKOS_LAMBDA(std::int64_t const i) {
        ends(i) = upper_bound(rows.time, rows.first(i), i + 1, rows.time(i) - lead);
      });
}

void accumulate(Exec const& exec, Array<Fixed const> const& values, Array<Fixed> const& sums,
                Array<std::int64_t> const& counts) {
  std::int64_t const size = static_cast<std::int64_t>(values.extent(0));
  // One step more than there are values, so that the last element is the total.
  Kokkos::parallel_scan(
      "features::accumulate_values", Policy(exec, 0, size + 1),
      KOKKOS_LAMBDA(std::int64_t const i, Fixed& sum, bool const is_final) {
        if (is_final) sums(i) = sum;
        if (i < size && values(i) != missing_fixed) sum += values(i);
      });
  Kokkos::parallel_scan(
      "features::accumulate_counts", Policy(exec, 0, size + 1),
      KOKKOS_LAMBDA(std::int64_t const i, std::int64_t& sum, bool const is_final) {
        if (is_final) counts(i) = sum;
        if (i < size && values(i) != missing_fixed) ++sum;
      });
}

void roll(Exec const& exec, RollingInput const& input, std::int64_t lead, std::int64_t window, Statistic statistic,
          Array<double> const& out) {
  Kokkos::parallel_for(
      "features::roll", Policy(exec, 0, input.rows.size()), KOKKOS_LAMBDA(std::int64_t const i) {
        std::int64_t const end = input.ends(i);
        std::int64_t const first = input.rows.first(i);
        std::int64_t const begin =
            window == 0 ? first : upper_bound(input.rows.time, first, end, input.rows.time(i) - lead - window);
        Fixed const sum = input.sums(end) - input.sums(begin);
        std::int64_t const count = input.counts(end) - input.counts(begin);
        switch (statistic) {
          case Statistic::mean:
            out(i) = mean_of(sum, count);
            break;
          case Statistic::sd:
            out(i) = sd_of(input.values, begin, end, sum, count);
            break;
          case Statistic::min:
            out(i) = extreme_of(input.values, begin, end, false);
            break;
          case Statistic::max:
            out(i) = extreme_of(input.values, begin, end, true);
            break;
          case Statistic::median:
            out(i) = median_of(input.values, begin, end);
            break;
          case Statistic::count:
            out(i) = static_cast<double>(count);
            break;
        }
      });
}

void lag(Exec const& exec, SeriesRows const& rows, Array<Fixed const> const& values, std::int64_t lag,
         Array<double> const& out) {
  Kokkos::parallel_for(
      "features::lag", Policy(exec, 0, rows.size()), KOKKOS_LAMBDA(std::int64_t const i) {
        Fixed const value = value_at(rows, values, i, rows.time(i) - lag);
        out(i) = value == missing_fixed ? not_a_number : static_cast<double>(value) * fixed_unit;
      });
}

void season_mean(Exec const& exec, SeriesRows const& rows, Array<Fixed const> const& values, std::int64_t lead,
                 std::int64_t season, std::int64_t count, Array<double> const& out) {
  std::int64_t const nearest = (lead + season - 1) / season;
  Kokkos::parallel_for(
      "features::season_mean", Policy(exec, 0, rows.size()), KOKKOS_LAMBDA(std::int64_t const i) {
        Fixed sum = 0;
        std::int64_t found = 0;
        for (std::int64_t k = nearest; k < nearest + count; ++k) {
          Fixed const value = value_at(rows, values, i, rows.time(i) - k * season);
          if (value == missing_fixed) continue;
          sum += value;
          ++found;
        }
        out(i) = mean_of(sum, found);
      });
}

void steps_since_value(Exec const& exec, RollingInput const& input, std::int64_t lead, Array<double> const& out) {
  Kokkos::parallel_for(
      "features::steps_since_value", Policy(exec, 0, input.rows.size()), KOKKOS_LAMBDA(std::int64_t const i) {
        std::int64_t newest = input.ends(i) - 1;
        while (newest >= input.rows.first(i) && input.values(newest) == missing_fixed) --newest;
        out(i) = newest < input.rows.first(i)
                     ? not_a_number
                     : static_cast<double>(input.rows.time(i) - lead - input.rows.time(newest));
      });
}

void steps_since_first(Exec const& exec, SeriesRows const& rows, std::int64_t lead, Array<double> const& out) {
  Kokkos::parallel_for(
      "features::steps_since_first", Policy(exec, 0, rows.size()), KOKKOS_LAMBDA(std::int64_t const i) {
        std::int64_t const age = rows.time(i) - rows.time(rows.first(i));
        out(i) = age < lead ? not_a_number : static_cast<double>(age);
      });
}

void steps_into_run(Exec const& exec, SeriesRows const& rows, Array<std::int8_t const> const& flag,
                    Array<double> const& out) {
  Kokkos::parallel_for(
      "features::steps_into_run", Policy(exec, 0, rows.size()), KOKKOS_LAMBDA(std::int64_t const i) {
        if (flag(i) == 0) {
          out(i) = 0;
          return;
        }
        std::int64_t start = i;
        while (start > rows.first(i) && flag(start - 1) != 0) --start;
        out(i) = static_cast<double>(rows.time(i) - rows.time(start) + 1);
      });
}

}  // namespace tidemill::kernels
