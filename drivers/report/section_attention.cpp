#include <fmt/format.h>

#include "drivers/report/asset_sections.hpp"
#include "drivers/report/html.hpp"
#include "drivers/report/share_chart.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

std::string curve_name(std::string const& curve) {
  return curve == "lists" ? "what tonight's lists show" : "what users had";
}

std::string legend(std::vector<ShareCurve> const& curves) {
  std::string html;
  for (std::size_t c = 0; c < curves.size(); ++c) {
    html += fmt::format(
        "<span><svg viewBox=\"0 0 26 12\" aria-hidden=\"true\"><line class=\"{}\" x1=\"0\" y1=\"6\" x2=\"26\" "
        "y2=\"6\"/></svg>{}, gini {}</span>",
        c == 0 ? "line-actual" : "line-forecast", escape_html(curve_name(curves[c].name)),
        number_text(curves[c].gini, 2));
  }
  return "<div class=\"legend\">" + html + "</div>\n";
}

std::string tenth_text(ShareCurve const& curve) {
  return percent_text(curve.share.size() < 11 ? 1.0 : curve.share[curve.share.size() / 10]);
}

/// Share of the assets that have anything at all.
std::string reached_text(ShareCurve const& curve) {
  std::size_t first = 0;
  while (first + 1 < curve.share.size() && curve.share[first] < 1) ++first;
  return percent_text(static_cast<double>(first) / static_cast<double>(curve.share.size() - 1));
}

}  // namespace

std::string attention_section(AssetReport const& assets) {
  std::vector<ShareCurve> const& curves = assets.attention;
  if (curves.empty()) return "";
  std::string text =
      fmt::format("The most popular tenth of the assets has {} of what users had", tenth_text(curves[0]));
  if (curves.size() > 1) {
    text += fmt::format(" and takes {} of the places on tonight's lists, which reach about {} of the assets",
                        tenth_text(curves[1]), reached_text(curves[1]));
  }
  std::string body = paragraph(text +
                               ". The more a curve bends to the upper left, the fewer assets share the attention; "
                               "on the dashed line all would have equally much.");
  body += legend(curves);
  body += for_wide_and_narrow(draw_share_chart(curves, {620, 360}), draw_share_chart(curves, {360, 300}));
  return section("attention", "Who gets the attention: popularity and coverage", body);
}

}  // namespace tidemill::drivers::report
