#pragma once

#include <cstdint>

#include "kernels/device.hpp"

namespace tidemill::kernels {

/// rows x columns x 3: red, green, blue, 8 bits each.
using Pixels = Kokkos::View<std::uint8_t***, Kokkos::LayoutRight, DeviceMemory>;
/// rows x columns, 8 bits: brightness.
using Luma = Kokkos::View<std::uint8_t**, Kokkos::LayoutRight, DeviceMemory>;
/// rows x columns: brightness or one colour, 0 to 255, not rounded.
using Plane = Kokkos::View<float**, Kokkos::LayoutRight, DeviceMemory>;

/// A copy of row-major interleaved host pixels (height x width x 3) in device memory.
Pixels to_pixels(Exec const& exec, std::uint8_t const* rgb, int height, int width);

/// Brightness after ITU-R BT.601 in 16-bit fixed point, rounded: (19595 R + 38470 G + 7471 B + 32768) >> 16.
Luma luma_of(Exec const& exec, Pixels const& pixels);

}  // namespace tidemill::kernels
