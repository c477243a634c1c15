#pragma once

#include <string>
#include <vector>

#include "drivers/report/time_chart.hpp"

namespace tidemill::drivers::report {

/// The menu matrix: popularity against the threshold to the right, margin per unit against the category's average
/// upwards. Classes differ by shape as well as by colour. Items come in order of importance: their labels are placed
/// first; a label that fits nowhere is left out (the table below the chart has every item).
std::string draw_quadrant_chart(std::vector<MenuItem> const& items, std::string const& currency, ChartSize size);

/// The shape that stands for a class, as a small drawing for legends and tables.
std::string draw_class_mark(std::string const& menu_class);

}  // namespace tidemill::drivers::report
