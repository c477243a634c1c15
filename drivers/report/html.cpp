#include "drivers/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

std::string style_of(TableColumn const& column) {
  std::string style = column.is_number ? "number" : "";
  if (column.is_for_wide) style += style.empty() ? "wide-only" : " wide-only";
  return style.empty() ? "" : fmt::format(" class=\"{}\"", style);
}

std::string row_html(std::vector<TableColumn> const& columns, std::vector<std::string> const& cells) {
  std::string html = "<tr>";
  for (std::size_t c = 0; c < columns.size(); ++c) {
    html += fmt::format("<td{}>{}</td>", style_of(columns[c]), cells[c]);
  }
  return html + "</tr>\n";
}

}  // namespace

std::string html_table(std::vector<TableColumn> const& columns, std::vector<std::vector<std::string>> const& rows) {
  if (rows.empty()) return paragraph("Nothing to show here tonight.", "empty");
  std::string html = "<div class=\"scroll\"><table><thead><tr>";
  for (TableColumn const& column : columns) {
    html += fmt::format("<th scope=\"col\"{}>{}</th>", style_of(column), escape_html(column.title));
  }
  html += "</tr></thead><tbody>\n";
  for (auto const& row : rows) html += row_html(columns, row);
  return html + "</tbody></table></div>\n";
}

std::string long_table(std::vector<TableColumn> const& columns, std::vector<std::vector<std::string>> const& rows,
                       std::size_t shown) {
  if (rows.size() <= shown + 3) return html_table(columns, rows);
  auto const border = rows.begin() + static_cast<std::ptrdiff_t>(shown);
  return html_table(columns, {rows.begin(), border}) +
         fmt::format("<details><summary>Show the other {} rows</summary>\n", rows.size() - shown) +
         html_table(columns, {border, rows.end()}) + "</details>\n";
}

std::string for_wide_and_narrow(std::string const& wide, std::string const& narrow) {
  return "<div class=\"on-wide\">\n" + wide + "</div>\n<div class=\"on-narrow\" aria-hidden=\"true\">\n" + narrow +
         "</div>\n";
}

std::string paragraph(std::string const& html, std::string const& style) {
  return style.empty() ? "<p>" + html + "</p>\n" : fmt::format("<p class=\"{}\">{}</p>\n", style, html);
}

std::string section(std::string const& id, std::string const& title, std::string const& body) {
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", id, escape_html(title), body);
}

std::string figure(std::string const& caption, std::string const& drawing) {
  return fmt::format("<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n", escape_html(caption), drawing);
}

}  // namespace tidemill::drivers::report
