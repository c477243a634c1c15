#pragma once

#include <vector>

#include "kernels/linalg/gemm.hpp"

namespace tidemill::kernels {

/// out = a b, or a b', of floats in host memory; row-major without gaps, shapes as for gemm. One thread. Every number
/// is the sum over the depth in its order, so a row of `out` depends on its row of a and on b alone, whatever the
/// shape. `packed` is scratch that keeps its memory between calls. `out` overlaps neither a nor b.
void host_product(GemmShape const& shape, float const* a, float const* b, float* out, std::vector<float>& packed);

}  // namespace tidemill::kernels
