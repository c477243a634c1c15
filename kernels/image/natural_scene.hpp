#pragma once

#include <array>

#include "kernels/image/plane.hpp"

namespace tidemill::kernels {

/// BRISQUE-like description of how natural a picture looks (Mittal, Moorthy & Bovik 2012), for a regressor trained on
/// them; they are no score. At full and at half size: MSCN values (I - mu) / (sigma + 1) with a 7 x 7 Gaussian of
/// standard deviation 7/6, borders repeated;
///   0      shape, 1 variance of a generalised Gaussian fitted to them;
///   2..17  shape, mean, left and right variance of an asymmetric one fitted to the products of neighbours: right,
///          below, below right, below left.
/// 18 values per size. Shapes are those of the grid .2, .201, .. 10 whose moment ratio is nearest. A fit without any
/// spread has shape 10 and variance 0.
constexpr int natural_scene_count = 36;
std::array<double, natural_scene_count> natural_scene_features(Exec const& exec, Plane const& plane);

}  // namespace tidemill::kernels
