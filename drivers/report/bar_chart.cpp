#include "drivers/report/bar_chart.hpp"

#include <algorithm>
#include <cmath>

#include "drivers/report/scale.hpp"
#include "drivers/report/svg.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

using Anchor = Svg::Anchor;
constexpr double font = 12;

struct Layout {
  bool is_narrow;
  double row_height, bar_height, bar_left, bar_right;
  Scale x;
};

std::string end_text(Bar const& bar) { return bar.note.empty() ? bar.value_text : bar.value_text + "  " + bar.note; }

Layout layout_of(std::vector<Bar> const& bars, double width) {
  double label_width = 0, left_text = 0, right_text = 0, low = 0, high = 0;
  for (Bar const& bar : bars) {
    label_width = std::max(label_width, text_width(bar.label, font));
    double& side = bar.value < 0 ? left_text : right_text;
    side = std::max(side, text_width(end_text(bar), font));
    if (std::isfinite(bar.value)) low = std::min(low, bar.value), high = std::max(high, bar.value);
  }
  if (high == low) high = 1;
  bool const is_narrow = width < 500;
  double const left = (is_narrow ? 0 : std::min(label_width, width * 0.34) + 12) + (low < 0 ? left_text + 8 : 2);
  double const right = width - right_text - 8;
  return {is_narrow, is_narrow ? 38.0 : 26.0, 16, left, right, {low, high, left, std::max(right, left + 20)}};
}

void draw_bar(Svg& svg, Layout const& layout, Bar const& bar, double top) {
  double const bar_top = layout.is_narrow ? top + 17 : top + 5;
  double const baseline = bar_top + layout.bar_height / 2 + 4;
  if (layout.is_narrow) {
    svg.text({0, top + 12}, bar.label, Anchor::start, "label");
  } else {
    auto const room = static_cast<std::size_t>((layout.x.from - 8) / (0.56 * font));
    svg.text({0, baseline}, shortened(bar.label, std::max<std::size_t>(room, 8)), Anchor::start, "label");
  }
  double const zero = layout.x(0);
  if (!std::isfinite(bar.value)) {
    svg.text({zero + 6, baseline}, bar.value_text, Anchor::start, "tick");
    return;
  }
  double const end = layout.x(bar.value);
  svg.rectangle({std::min(zero, end), bar_top}, std::max(1.0, std::abs(end - zero)), layout.bar_height, bar.style,
                bar.label + ": " + end_text(bar));
  svg.text({bar.value < 0 ? end - 6 : end + 6, baseline}, end_text(bar), bar.value < 0 ? Anchor::end : Anchor::start,
           "label");
}

}  // namespace

std::string draw_bars(std::vector<Bar> const& bars, std::string const& title, double width) {
  if (bars.empty()) return "";
  Layout const layout = layout_of(bars, width);
  double const height = layout.row_height * static_cast<double>(bars.size()) + 4;
  std::string description;
  for (Bar const& bar : bars) description += bar.label + " " + end_text(bar) + ". ";
  Svg svg(width, height, title, description);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    draw_bar(svg, layout, bars[i], layout.row_height * static_cast<double>(i));
  }
  svg.line({layout.x(0), 0}, {layout.x(0), height}, "axis");
  return svg.finish();
}

}  // namespace tidemill::drivers::report
