#pragma once

#include <Kokkos_Core.hpp>

namespace tidemill::kernels {

/// Where kernels run: the default device of the Kokkos the site has (Serial, OpenMP or CUDA). Kernels take it first.
using Exec = Kokkos::DefaultExecutionSpace;
using DeviceMemory = Exec::memory_space;

/// A one-dimensional array in device memory.
template <class T>
using Array = Kokkos::View<T*, DeviceMemory>;

}  // namespace tidemill::kernels
