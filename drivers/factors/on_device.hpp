#pragma once

#include <span>

#include "kernels/device.hpp"

namespace tidemill::drivers {

/// `values` where kernels can read them. On hosts that is where they are: they must outlive the result.
template <class T>
kernels::Array<T const> on_device(std::span<T const> values) {
  if constexpr (Kokkos::SpaceAccessibility<Kokkos::HostSpace, kernels::DeviceMemory>::accessible) {
    return kernels::Array<T const>(values.data(), values.size());
  } else {
    using Host = Kokkos::View<T const*, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
    kernels::Array<T> const copy(Kokkos::view_alloc("factors::values", Kokkos::WithoutInitializing), values.size());
    Kokkos::deep_copy(copy, Host(values.data(), values.size()));
    return copy;
  }
}

}  // namespace tidemill::drivers
