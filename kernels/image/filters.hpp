#pragma once

#include "kernels/image/resample.hpp"

namespace tidemill::kernels {

/// Each makes new pixels; values are rounded half up and kept in 0..255.

/// The whole picture scaled to height x width (see resample).
Pixels resized(Exec const& exec, Pixels const& pixels, Extent size);

/// Unsharp mask: I + strength (I - blurred I), blurred by a Gaussian of standard deviation 1 (7 x 7, borders repeated).
Pixels sharpened(Exec const& exec, Pixels const& pixels, double strength);

/// Bilateral filter (Tomasi & Manduchi 1998) over 5 x 5 pixels: weights fall with the distance (standard deviation 1.5
/// pixels) and with the difference in luma (standard deviation `tolerance`), so that edges stay. Borders repeated.
Pixels denoised(Exec const& exec, Pixels const& pixels, double tolerance);

}  // namespace tidemill::kernels
