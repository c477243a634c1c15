#include "kernels/device.hpp"

// Every kernel is compiled for this device; the static assertion names the mistake when a site's Kokkos has none.
static_assert(Kokkos::is_execution_space<tidemill::kernels::Exec>::value, "Kokkos offers no execution space");
