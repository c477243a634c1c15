#pragma once

#include <string>

#include "drivers/night/lineage.hpp"

namespace tidemill::drivers::report {

/// The steps of a night as boxes, what comes from outside first, with a line from each step to those that read what it
/// made. Narrow drawings (below 500 pixels) run downwards, others to the right. Empty when nothing is known.
std::string draw_lineage(LineageGraph const& graph, double width);

}  // namespace tidemill::drivers::report
