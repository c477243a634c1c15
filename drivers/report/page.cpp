#include "drivers/report/page.hpp"

#include <fmt/format.h>

#include "drivers/report/html.hpp"
#include "drivers/report/sections.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {

std::string draw_page(ReportData const& data) {
  std::string const title = escape_html(data.title);
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}, {1}</title>\n<style>{2}</style>\n</head>\n<body>\n<header>\n<h1>{0}</h1>\n"
      "<p class=\"soft\">Sales up to and including {1}</p>\n",
      title, day_text(data.date), style_sheet);
  html +=
      "<nav aria-label=\"Contents\"><a href=\"#forecast\">Forecast</a><a href=\"#menu\">Menu</a><a href=\"#prices\">"
      "Prices</a><a href=\"#promotions\">Promotions</a><a href=\"#trends\">Trends</a><a href=\"#accuracy\">Accuracy</a>"
      "<a href=\"#data\">Data</a><a href=\"#run\">Run</a><a href=\"#provenance\">Origin</a></nav>\n</header>\n<main>\n";
  html += headline_section(data) + forecast_section(data) + menu_section(data) + price_section(data) +
          promotion_section(data) + trend_section(data) + backtest_section(data) + data_section(data) +
          run_section(data) + provenance_section(data);
  html += fmt::format("</main>\n<footer>Made by tidemill {}. Amounts in {}, net of tax.</footer>\n</body>\n</html>\n",
                      escape_html(data.run.program_version), escape_html(data.currency));
  return html;
}

}  // namespace tidemill::drivers::report
