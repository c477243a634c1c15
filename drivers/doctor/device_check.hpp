#pragma once

#include "io/doctor/checks.hpp"

namespace tidemill::drivers {

/// Collective. Where the kernels run, and whether a sum computed there comes out right.
std::vector<io::Finding> check_device(io::Comm const& comm);

}  // namespace tidemill::drivers
