#pragma once

#include <string>
#include <vector>

#include "drivers/report/time_chart.hpp"

namespace tidemill::drivers::report {

struct Bar {
  std::string label;
  double value = 0;
  std::string value_text;  ///< written at the end of the bar
  std::string note;        ///< written after the value, fainter
  std::string style = "bar";
};

/// Horizontal bars from a common zero, one below another; values may be negative. `width` below 500 puts the labels
/// above the bars. The height follows from the number of bars.
std::string draw_bars(std::vector<Bar> const& bars, std::string const& title, double width);

}  // namespace tidemill::drivers::report
