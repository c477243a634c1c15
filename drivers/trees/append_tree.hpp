#pragma once

#include <vector>

#include "drivers/trees/grow.hpp"
#include "kernels/trees/ensemble.hpp"

namespace tidemill::drivers {

/// Adds a grown tree with these node values (only the leaves' are used) as the ensemble's last.
void append_tree(kernels::TreeEnsemble& ensemble, std::vector<GrownNode> const& tree,
                 std::vector<double> const& values);

/// Keeps the first `trees` trees.
void truncate(kernels::TreeEnsemble& ensemble, std::int64_t trees);

}  // namespace tidemill::drivers
