#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>

#include "kernels/device.hpp"

namespace tidemill::kernels {

/// The largest number of values per unit.
constexpr int bootstrap_values = 24;

/// Whole numbers by unit and value, and totals by resample and value.
using UnitValues = Kokkos::View<std::int64_t const**, Kokkos::LayoutRight, DeviceMemory>;
using UnitTotals = Kokkos::View<std::int64_t**, Kokkos::LayoutRight, DeviceMemory>;

/// Adds to totals(b, v) the sum over units u of weight(u, b) * values(u, v), where weight(u, b) says how often the unit
/// of id unit(u) is drawn in resample b (poisson_weights). Whole numbers only: the order of the units and where they
/// are cannot change a total. At most `bootstrap_values` values. The sums must fit 63 bits.
void resample_units(Exec const& exec, Array<std::uint64_t const> const& unit, UnitValues const& values,
                    std::uint64_t seed, UnitTotals const& totals);

}  // namespace tidemill::kernels
