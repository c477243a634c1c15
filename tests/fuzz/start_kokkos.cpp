#include <Kokkos_Core.hpp>

#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {

void start_kernels(int& argc, char** argv) { Kokkos::initialize(argc, argv); }

}  // namespace tidemill::tests
