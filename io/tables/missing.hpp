#pragma once

#include <limits>

namespace tidemill::io {

/// The value that stands for "missing" in columns of doubles; for the other types see table.hpp.
constexpr double missing_real = std::numeric_limits<double>::quiet_NaN();

}  // namespace tidemill::io
