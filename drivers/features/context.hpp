#pragma once

#include <string>
#include <vector>

#include "drivers/features/features.hpp"
#include "kernels/features/groups.hpp"
#include "kernels/features/windows.hpp"

namespace tidemill::drivers {

template <class T>
kernels::Array<T> to_device(std::vector<T> const& values, std::string const& label) {
  kernels::Array<T> array(label, values.size());
  Kokkos::deep_copy(array,
                    Kokkos::View<T const*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged>(values.data(), values.size()));
  return array;
}

template <class T>
std::vector<T> to_host(kernels::Array<T> const& array) {
  std::vector<T> values(array.extent(0));
  Kokkos::deep_copy(Kokkos::View<T*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged>(values.data(), values.size()), array);
  return values;
}

/// What all makers of features work on, and where they put them.
struct FeatureContext {
  /// Collective. Checks the rows (one per time and series) and copies what kernels need to the device.
  FeatureContext(io::Comm const& comm, kernels::Exec const& exec, SeriesTable const& rows, FeatureParams const& params);

  io::Comm const& comm;
  kernels::Exec const& exec;
  SeriesTable const& rows;
  FeatureParams const& params;

  kernels::SeriesRows series;
  kernels::Array<std::int64_t> ends;   ///< of the windows at `lead`
  kernels::Array<std::int64_t> step;   ///< time of the row minus the first time of all
  std::int64_t steps = 0;              ///< last minus first time of all, plus one
  std::vector<double> discount_depth;  ///< 1 - price / list price; empty without these columns
  FeatureTable result;

  io::Table const& table() const { return rows.table; }
  std::size_t size() const { return static_cast<std::size_t>(rows.table.rows()); }

  /// The target of usable rows in units (or their logarithm), and missing elsewhere.
  std::vector<kernels::Fixed> target_values() const;
  /// The numbers of a column.
  std::vector<double> numbers(std::string const& column) const;
  bool is_on(std::string const& flag, std::size_t row) const;
  bool has_price() const { return !params.price.empty(); }

  kernels::RollingInput rolling_input(std::vector<kernels::Fixed> const& values) const;
  void add(Feature feature, kernels::Array<double> const& values, std::string const& description);
  void add(Feature feature, std::vector<double> values, std::string const& description);
};

/// Numbers in units of 2^-20, NaN as missing. Throws DataError for numbers beyond 2^42, whose sums could overflow.
std::vector<kernels::Fixed> to_fixed(std::vector<double> const& numbers, std::string const& column);

// Each adds its share of the features; all are collective.
void add_series_features(FeatureContext& context);
void add_known_features(FeatureContext& context);
void add_group_features(FeatureContext& context);
void add_calendar_features(FeatureContext& context);

}  // namespace tidemill::drivers
