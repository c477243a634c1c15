#pragma once

#include "kernels/image/plane.hpp"

namespace tidemill::kernels {

/// How the brightness of a picture is spread.
struct Exposure {
  double dark_share = 0;    ///< of pixels at 4 and below
  double bright_share = 0;  ///< of pixels at 251 and above
  double mean = 0;          ///< 0 to 255
  double range = 0;         ///< 95th less 5th percentile (smallest value that as many pixels do not exceed)
};
Exposure exposure_of(Exec const& exec, Luma const& luma);

/// Variance of the Laplacian (0 1 0; 1 -4 1; 0 1 0) over the pixels that have four neighbours (Pech-Pacheco et al.
/// 2000); NaN when none has. Comparable between pictures only at one size: the caller scales the long side to 512.
double sharpness_of(Exec const& exec, Plane const& plane);

/// Standard deviation of the noise after Immerkaer 1996: sqrt(pi / 2) / 6 times the mean absolute response to
/// (1 -2 1; -2 4 -2; 1 -2 1), which flat parts, edges and slopes leave at 0. NaN below 3 x 3.
double noise_of(Exec const& exec, Luma const& luma);

/// Hasler & Susstrunk 2003: rg = R - G, yb = (R + G) / 2 - B, sqrt(var rg + var yb) + 0.3 sqrt(mean rg^2 + mean yb^2),
/// the means squared after averaging. 0 for grey; sums are exact.
double colourfulness_of(Exec const& exec, Pixels const& pixels);

}  // namespace tidemill::kernels
