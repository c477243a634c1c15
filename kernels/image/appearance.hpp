#pragma once

#include <array>
#include <string>
#include <vector>

#include "kernels/image/plane.hpp"

namespace tidemill::kernels {

/// Colour and texture of a picture as numbers for learners; shares of one group add up to 1 (or are all 0):
///    0.. 5  mean of red, green, blue, then their standard deviations, all / 255
///    6..17  hue, 12 parts of 30 degrees from red on, each pixel weighing its chroma (largest less smallest colour)
///   18..25  brightness, 8 parts of 32
///   26..57  direction across edges, 8 parts of 22.5 degrees from "along the row" on, in the upper left, upper right,
///           lower left and lower right quarter; each pixel weighs its gradient (central differences)
///   58..67  rotation-invariant local binary patterns of the 8 neighbours (Ojala et al. 2002): 0..8 how many are not
///           darker when they change at most twice around, 9 all others
/// All sums are integers (weights in 1/16): the same wherever they are made. Colours must have equal sizes.
constexpr int appearance_count = 68;
std::array<double, appearance_count> appearance_of(Exec const& exec, Plane const& red, Plane const& green,
                                                   Plane const& blue);
/// red_mean, ..., pattern_9.
std::vector<std::string> appearance_names();

}  // namespace tidemill::kernels
