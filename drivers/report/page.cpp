#include "drivers/report/page.hpp"

#include <fmt/format.h>

#include <vector>

#include "drivers/report/asset_sections.hpp"
#include "drivers/report/html.hpp"
#include "drivers/report/sections.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {

namespace {

struct Chapter {
  char const* id;
  char const* name;  ///< in the contents; empty: not there
  std::string html;
};

std::vector<Chapter> chapters_of(ReportData const& data, AssetReport const& assets) {
  std::vector<Chapter> chapters;
  if (assets.has_sales) {
    chapters = {{"summary", "", headline_section(data)},
                {"forecast", "Forecast", forecast_section(data)},
                {"menu", "Menu", menu_section(data)},
                {"prices", "Prices", price_section(data)},
                {"promotions", "Promotions", promotion_section(data)},
                {"trends", "Trends", trend_section(data)},
                {"accuracy", "Accuracy", backtest_section(data)},
                {"gate", "Gate", gate_section(data)},
                {"drift", "Drift", drift_section(data)},
                {"data", "Data", data_section(data)}};
  }
  for (Chapter const& chapter :
       {Chapter{"assets", "Assets", asset_headline_section(assets)},
        Chapter{"recommenders", "Recommenders", recommender_section(assets)},
        Chapter{"attention", "Attention", attention_section(assets)},
        Chapter{"examples", "Examples", example_section(assets)},
        Chapter{"asset-trends", "Rising and falling", asset_trend_section(assets)},
        Chapter{"texts", "Texts", text_section(assets)}, Chapter{"pictures", "Pictures", picture_section(assets)},
        Chapter{"run", "Run", run_section(data)}, Chapter{"provenance", "Origin", provenance_section(data)}}) {
    chapters.push_back(chapter);
  }
  std::erase_if(chapters, [](Chapter const& chapter) { return chapter.html.empty(); });
  return chapters;
}

}  // namespace

std::string draw_page(ReportData const& data, AssetReport const& assets) {
  std::string const title = escape_html(data.title);
  std::string contents, body;
  for (Chapter const& chapter : chapters_of(data, assets)) {
    body += chapter.html;
    if (*chapter.name != 0) contents += fmt::format("<a href=\"#{}\">{}</a>", chapter.id, chapter.name);
  }
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}, {1}</title>\n<style>{2}</style>\n</head>\n<body>\n<header>\n<h1>{0}</h1>\n"
      "<p class=\"soft\">{3} up to and including {1}</p>\n"
      "<nav aria-label=\"Contents\">{4}</nav>\n</header>\n<main>\n",
      title, day_text(data.date), style_sheet, assets.has_sales ? "Sales" : "Interactions", contents);
  html += body;
  html += fmt::format("</main>\n<footer>Made by tidemill {}.{}</footer>\n</body>\n</html>\n",
                      escape_html(data.run.program_version),
                      assets.has_sales ? fmt::format(" Amounts in {}, net of tax.", escape_html(data.currency)) : "");
  return html;
}

}  // namespace tidemill::drivers::report
