#include "drivers/assets/pixels.hpp"

namespace tidemill::drivers {

kernels::Pixels pixels_of(io::Picture const& picture) {
  return kernels::to_pixels(kernels::Exec(), picture.rgb.data(), picture.height, picture.width);
}

io::Picture picture_of(kernels::Pixels const& pixels) {
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), pixels);
  io::Picture picture{static_cast<int>(pixels.extent(1)), static_cast<int>(pixels.extent(0)), {}};
  picture.rgb.assign(host.data(), host.data() + host.size());
  return picture;
}

}  // namespace tidemill::drivers
