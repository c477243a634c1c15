#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {

void start_kernels(int&, char**) {}

}  // namespace tidemill::tests
