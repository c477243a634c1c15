#pragma once

#include "io/images/picture.hpp"
#include "kernels/image/plane.hpp"

namespace tidemill::drivers {

/// Pixels to the device and back.
kernels::Pixels pixels_of(io::Picture const& picture);
io::Picture picture_of(kernels::Pixels const& pixels);

}  // namespace tidemill::drivers
