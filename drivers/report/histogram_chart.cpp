#include "drivers/report/histogram_chart.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/report/scale.hpp"
#include "drivers/report/svg.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {

std::string draw_histogram(Histogram const& histogram, ChartSize size) {
  using Anchor = Svg::Anchor;
  if (histogram.count.empty() || histogram.edge.size() != histogram.count.size() + 1) return "";
  std::int64_t const most = *std::max_element(histogram.count.begin(), histogram.count.end());
  std::vector<double> const ticks = nice_ticks(0, static_cast<double>(std::max<std::int64_t>(most, 1)), 3);
  std::vector<double> const below = nice_ticks(histogram.edge.front(), histogram.edge.back(), 4);
  int const decimals = decimals_of_step(below);
  double const left = 14 + text_width(number_text(ticks.back(), 0), 11), right = size.width - 8;
  Scale const x{histogram.edge.front(), histogram.edge.back(), left, right};
  Scale const y{0, ticks.back(), size.height - 22, 8};
  Svg svg(size.width, size.height, histogram.name, fmt::format("Numbers of pictures; at most {} in a class.", most));
  for (double const tick : ticks) {
    svg.line({left, y(tick)}, {right, y(tick)}, tick == 0 ? "axis" : "grid");
    svg.text({left - 6, y(tick) + 4}, number_text(tick, decimals_of_step(ticks)), Anchor::end, "tick");
  }
  for (std::size_t i = 0; i < histogram.count.size(); ++i) {
    double const from = x(histogram.edge[i]) + 0.5, to = x(histogram.edge[i + 1]) - 0.5;
    double const top = y(static_cast<double>(histogram.count[i]));
    if (histogram.count[i] == 0) continue;
    svg.rectangle({from, top}, std::max(1.0, to - from), y(0) - top, "bar",
                  fmt::format("{} to {}: {}", number_text(histogram.edge[i], decimals + 1),
                              number_text(histogram.edge[i + 1], decimals + 1), whole_text(histogram.count[i])));
  }
  for (double const tick : below) {
    if (tick < histogram.edge.front() || tick > histogram.edge.back()) continue;
    svg.text({x(tick), y(0) + 15}, number_text(tick, decimals), Anchor::middle, "tick");
  }
  return svg.finish();
}

}  // namespace tidemill::drivers::report
