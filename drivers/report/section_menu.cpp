#include <fmt/format.h>

#include <map>

#include "drivers/report/html.hpp"
#include "drivers/report/quadrant_chart.hpp"
#include "drivers/report/sections.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

bool is_in_matrix(MenuItem const& item) {
  return item.menu_class == "Star" || item.menu_class == "Plowhorse" || item.menu_class == "Puzzle" ||
         item.menu_class == "Dog";
}

std::string legend() {
  std::string html;
  for (char const* name : {"Star", "Plowhorse", "Puzzle", "Dog"}) {
    char const* const meaning = name[0] == 'S'   ? "popular, earns well"
                                : name[1] == 'l' ? "popular, thin margin"
                                : name[1] == 'u' ? "earns well, few order it"
                                                 : "neither";
    html += fmt::format("<span class=\"mark-cell\">{}{}: {}</span>", draw_class_mark(name), name, meaning);
  }
  return "<div class=\"legend\">" + html + "</div>\n";
}

std::string matrix_table(ReportData const& data) {
  std::vector<std::vector<std::string>> rows;
  for (MenuItem const& item : data.menu) {
    if (!is_in_matrix(item)) continue;
    rows.push_back({escape_html(item.item), escape_html(item.category),
                    "<span class=\"mark-cell\">" + draw_class_mark(item.menu_class) + item.menu_class + "</span>",
                    percent_text(item.stability), whole_text(item.units), price_text(item.price, data.currency),
                    price_text(item.margin, data.currency), escape_html(item.action)});
  }
  return long_table({{"Item"},
                     {"Category", false, true},
                     {"Class"},
                     {"How sure", true},
                     {"Units", true, true},
                     {"Price", true, true},
                     {"Margin per unit", true},
                     {"What to do", false, true}},
                    rows, 12);
}

/// Why an item is outside the matrix.
std::string reason_text(std::string const& menu_class) {
  static std::map<std::string, std::string> const words{
      {"NEW", "new"}, {"NO_COST", "no cost known"}, {"NO_SALES", "not sold"}, {"SEASONAL_OUT", "out of season"}};
  auto const known = words.find(menu_class);
  return known == words.end() ? escape_html(menu_class) : known->second;
}

std::string outside_matrix(ReportData const& data) {
  std::vector<std::vector<std::string>> rows;
  for (MenuItem const& item : data.menu) {
    if (!is_in_matrix(item)) {
      rows.push_back(
          {escape_html(item.item), escape_html(item.category), reason_text(item.menu_class), escape_html(item.action)});
    }
  }
  if (rows.empty()) return "";
  return "<h3>Not judged</h3>\n" + long_table({{"Item"}, {"Category", false, true}, {"Why"}, {"What to do"}}, rows, 8);
}

}  // namespace

std::string menu_section(ReportData const& data) {
  std::string body = paragraph(
      "Each item is compared with the others of its category (Kasavana and Smith 1982). To the right: ordered more "
      "often "
      "than the threshold, 70\u00a0% of an equal share. Up: earns more per unit than the category's average. "
      "<b>How sure</b> is the share of resampled order histories in which the item keeps its class; below 80\u00a0% "
      "the "
      "item "
      "stands near a border.");
  body += legend();
  body += for_wide_and_narrow(draw_quadrant_chart(data.menu, data.currency, {1080, 560}),
                              draw_quadrant_chart(data.menu, data.currency, {360, 430}));
  return section("menu", "Menu matrix", body + matrix_table(data) + outside_matrix(data));
}

}  // namespace tidemill::drivers::report
