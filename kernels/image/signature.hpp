#pragma once

#include "kernels/image/resample.hpp"

namespace tidemill::kernels {

/// Windows of a picture that are hashed and compared: the whole, then nine of 95 % of both sides (left, centre, right
/// of top, middle and bottom), so that a picture cut on any side still meets one of them.
constexpr int signature_windows = 10;
/// Each window's luma scaled to 24 x 24, rounded.
constexpr int signature_side = 24, signature_cells = signature_side * signature_side;
constexpr int signature_bytes = signature_windows * signature_cells;

/// Into windows[0 .. signature_windows).
void make_windows(Extent size, Window* windows);

/// Into signature[0 .. signature_bytes), host memory.
void make_signature(Exec const& exec, Luma const& luma, std::uint8_t* signature);

/// picture x signature_bytes.
using Signatures = Kokkos::View<std::uint8_t**, Kokkos::LayoutRight, DeviceMemory>;

/// How alike the pictures first(i) and second(i) (rows of `signatures`) are, -1 to 1: the correlation of the best match
/// of one's whole with any window of the other, after leaving out the 5 % of cells that fit a common gain and offset
/// worst, so that a caption does not count. Neither brightness nor contrast matters. 0 when one of them is flat.
/// Correlations are of integers; one pair per thread, a fixed order of operations.
void compare_signatures(Exec const& exec, Signatures const& signatures, Array<std::int64_t const> const& first,
                        Array<std::int64_t const> const& second, Array<double> const& similarity);

}  // namespace tidemill::kernels
