#pragma once

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <vector>

#include "kernels/device.hpp"

namespace tidemill::tests {

/// A copy of host values on the device.
template <class T>
kernels::Array<T> to_device(std::vector<T> const& values) {
  kernels::Array<T> const device(Kokkos::view_alloc(Kokkos::WithoutInitializing, "test::values"), values.size());
  auto const host = Kokkos::create_mirror_view(device);
  std::copy(values.begin(), values.end(), host.data());
  Kokkos::deep_copy(device, host);
  return device;
}

}  // namespace tidemill::tests
