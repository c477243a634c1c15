#pragma once

#include <cstdint>

#include "kernels/trees/histogram.hpp"

namespace tidemill::kernels {

/// Order-preserving 32-bit keys of target - score (in single precision).
void residual_keys(Exec const& exec, Array<double> const& target, Array<double> const& scores,
                   Array<std::uint32_t> const& keys);

/// counts(next 8 bits) += factor, over a node's rows whose key begins with `prefix` (`bits` leading bits; 0: all rows).
/// `factors` may be empty: 1 for every row. Overwrites the 256 counts.
void count_key_digits(Exec const& exec, Array<std::uint32_t> const& keys, Array<std::int64_t> const& factors,
                      NodeRows const& node, std::uint32_t prefix, int bits, Array<std::int64_t> const& counts);

}  // namespace tidemill::kernels
