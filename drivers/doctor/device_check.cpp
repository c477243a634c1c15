#include "drivers/doctor/device_check.hpp"

#include <fmt/format.h>

#include <Kokkos_Core.hpp>

#include "kernels/device.hpp"

namespace tidemill::drivers {

std::vector<io::Finding> check_device(io::Comm const& comm) {
  constexpr int count = 1000;
  std::int64_t sum = 0;
  Kokkos::parallel_reduce(
      "doctor::sum", Kokkos::RangePolicy<kernels::Exec>(0, count),
      KOKKOS_LAMBDA(int i, std::int64_t& mine) { mine += i; }, sum);
  bool const is_right = comm.min(sum == count * (count - 1) / 2 ? 1 : 0) == 1;
  return {{"device", is_right ? io::Finding::Grade::ok : io::Finding::Grade::fail,
           fmt::format("kernels run on {} with {} at a time; a sum comes out {}", kernels::Exec::name(),
                       kernels::Exec().concurrency(), is_right ? "right" : "wrong"),
           is_right ? "" : "check the GPU and its driver, or build with the host's Kokkos"}};
}

}  // namespace tidemill::drivers
