#pragma once

#include <cstdint>
#include <vector>

#include "drivers/trees/params.hpp"

namespace tidemill::drivers {

/// Features a tree may use (1) or not (0), drawn without replacement; empty: all. A function of (seed, tree).
std::vector<std::int8_t> sample_features(TreeParams const& params, std::int32_t features, std::uint32_t tree);

/// Of those, the features one node may split on: a function of (seed, tree, path of the node).
std::vector<std::int8_t> sample_features_of_node(TreeParams const& params, std::vector<std::int8_t> const& of_tree,
                                                 std::uint32_t tree, std::uint64_t path);

}  // namespace tidemill::drivers
