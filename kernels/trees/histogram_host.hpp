#pragma once

#include <cstdint>

#include "kernels/trees/histogram.hpp"

namespace tidemill::kernels::host {

/// build_histogram for host memory: sixteen features at a time so that their cells stay in the first-level cache, rows
/// in runs of 4096 so that a second pass over them finds them in the second-level cache.
void build_histogram(BinnedRows const& rows, std::int32_t const* quantised, NodeRows const& node,
                     CellLayout const& layout, bool wide, std::int64_t* out);

}  // namespace tidemill::kernels::host
