#include "kernels/image/plane.hpp"

namespace tidemill::kernels {

Pixels to_pixels(Exec const& exec, std::uint8_t const* rgb, int height, int width) {
  using Host = Kokkos::View<std::uint8_t const***, Kokkos::LayoutRight, Kokkos::HostSpace,
                            Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
  auto const rows = static_cast<std::size_t>(height), columns = static_cast<std::size_t>(width);
  Pixels const pixels(Kokkos::view_alloc(Kokkos::WithoutInitializing, "image::pixels"), rows, columns, 3);
  Kokkos::deep_copy(exec, pixels, Host(rgb, rows, columns, 3));
  exec.fence();
  return pixels;
}

Luma luma_of(Exec const& exec, Pixels const& pixels) {
  std::size_t const width = pixels.extent(1);
  Luma const luma(Kokkos::view_alloc(Kokkos::WithoutInitializing, "image::luma"), pixels.extent(0), width);
  Kokkos::parallel_for(
      "image::luma", Kokkos::RangePolicy<Exec>(exec, 0, pixels.extent(0)), KOKKOS_LAMBDA(std::size_t y) {
        std::uint8_t const* const from = &pixels(y, 0, 0);
        std::uint8_t* const to = &luma(y, 0);
        for (std::size_t x = 0; x < width; ++x) {
          std::uint32_t const sum = 19595u * from[3 * x] + 38470u * from[3 * x + 1] + 7471u * from[3 * x + 2];
          to[x] = static_cast<std::uint8_t>((sum + 32768u) >> 16);
        }
      });
  return luma;
}

}  // namespace tidemill::kernels
