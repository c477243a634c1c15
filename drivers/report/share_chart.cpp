#include "drivers/report/share_chart.hpp"

#include <fmt/format.h>

#include "drivers/report/scale.hpp"
#include "drivers/report/svg.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

using Anchor = Svg::Anchor;

/// Share that the most popular tenth has.
double first_tenth(ShareCurve const& curve) { return curve.share.at(curve.share.size() / 10); }

}  // namespace

std::string draw_share_chart(std::vector<ShareCurve> const& curves, ChartSize size) {
  if (curves.empty()) return "<p class=\"empty\">No lists to draw.</p>\n";
  double const left = 46, right = size.width - 10, top = 10, bottom = size.height - 40;
  Scale const x{0, 1, left, right}, y{0, 1, bottom, top};
  std::string description;
  for (ShareCurve const& curve : curves) {
    description +=
        fmt::format("{}: the most popular tenth of assets has {}. ", curve.name, percent_text(first_tenth(curve)));
  }
  Svg svg(size.width, size.height, "Share of attention by share of assets", description);
  for (int i = 0; i <= 4; ++i) {
    double const share = 0.25 * i;
    svg.line({left, y(share)}, {right, y(share)}, i == 0 ? "axis" : "grid");
    svg.text({left - 6, y(share) + 4}, percent_text(share), Anchor::end, "tick");
    svg.text({x(share), bottom + 16}, percent_text(share), i == 4 ? Anchor::end : Anchor::middle, "tick");
  }
  svg.text({(left + right) / 2, bottom + 33}, "assets, the most popular first", Anchor::middle, "axis-title");
  svg.line({x(0), y(0)}, {x(1), y(1)}, "now");
  for (std::size_t c = 0; c < curves.size(); ++c) {
    ShareCurve const& curve = curves[c];
    std::vector<Point> points;
    for (std::size_t i = 0; i < curve.share.size(); ++i) {
      points.push_back({x(static_cast<double>(i) / static_cast<double>(curve.share.size() - 1)), y(curve.share[i])});
    }
    svg.polyline(points, c == 0 ? "line-actual" : "line-forecast");
  }
  return svg.finish();
}

}  // namespace tidemill::drivers::report
