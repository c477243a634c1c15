#include <fmt/format.h>

#include "drivers/report/asset_sections.hpp"
#include "drivers/report/html.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

std::string reason_text(ListedAsset const& asset) {
  if (!asset.because.empty())
    return fmt::format(" <span class=\"soft\">because of {}</span>", escape_html(asset.because));
  if (asset.rung.empty() || asset.rung == "model") return "";
  return fmt::format(" <span class=\"soft\">by {}</span>", escape_html(asset.rung));
}

std::string list_card(AssetList const& list, std::string const& title, std::string const& history_title) {
  std::string html = fmt::format("<div class=\"card\"><h3>{}</h3>\n", escape_html(title));
  if (!history_title.empty() && !list.history.empty()) {
    std::string names;
    for (std::string const& name : list.history) names += (names.empty() ? "" : ", ") + escape_html(name);
    html +=
        fmt::format("<p class=\"note\"><span class=\"soft\">{}:</span> {}</p>\n", escape_html(history_title), names);
  }
  if (list.assets.empty()) return html + "<p class=\"empty\">Nothing to list.</p></div>\n";
  html += "<ol>\n";
  for (ListedAsset const& asset : list.assets) {
    html += fmt::format("<li>{}{}</li>\n", escape_html(asset.name), reason_text(asset));
  }
  return html + "</ol></div>\n";
}

std::string cards(std::vector<AssetList> const& lists, std::string const& title, std::string const& history_title) {
  std::string html;
  for (AssetList const& list : lists) html += list_card(list, title + list.subject, history_title);
  return "<div class=\"lists\">\n" + html + "</div>\n";
}

}  // namespace

std::string example_section(AssetReport const& assets) {
  if (assets.examples.empty() && assets.neighbours.empty()) return "";
  std::string body = paragraph(
      "A few users with what they had last and the top of their list, and the most popular assets with those most like "
      "them. All lists: recommendations.csv and similar.csv.");
  if (!assets.examples.empty()) body += cards(assets.examples, "User ", "Had last");
  if (!assets.neighbours.empty())
    body += "<h3>Assets like the most popular ones</h3>\n" + cards(assets.neighbours, "", "");
  return section("examples", "Examples", body);
}

}  // namespace tidemill::drivers::report
