#include <fmt/format.h>

#include <cmath>

#include "drivers/report/html.hpp"
#include "drivers/report/sections.hpp"
#include "drivers/report/text.hpp"
#include "drivers/report/time_chart.hpp"

namespace tidemill::drivers::report {
namespace {

std::string legend(ReportData const& data) {
  auto const entry = [](char const* drawing, std::string const& text) {
    return fmt::format("<span><svg viewBox=\"0 0 26 12\" aria-hidden=\"true\">{}</svg>{}</span>", drawing, text);
  };
  std::string html = entry("<line class=\"line-actual\" x1=\"0\" y1=\"6\" x2=\"26\" y2=\"6\"/>", "sold");
  if (!data.chain.tested.empty()) {
    html += entry(
        "<rect class=\"band-tested\" width=\"26\" height=\"12\"/><line class=\"line-tested\" x1=\"0\" y1=\"6\" "
        "x2=\"26\" y2=\"6\"/>",
        "what would have been forecast then");
  }
  html += entry(
      "<rect class=\"band\" width=\"26\" height=\"12\"/><line class=\"line-forecast\" x1=\"0\" y1=\"6\" "
      "x2=\"26\" y2=\"6\"/>",
      "forecast, " + percent_text(data.interval_level) + " range");
  return "<div class=\"legend\">" + html + "</div>\n";
}

std::string day_table(ReportData const& data) {
  std::vector<std::vector<std::string>> rows;
  for (DayForecast const& day : data.chain.forecast) {
    std::string const range = std::isfinite(day.lower) ? number_text(day.lower, 0) + " to " + number_text(day.upper, 0)
                                                       : number_text(day.lower, 0);
    rows.push_back({weekday_text(day.date), number_text(day.value, 0), range});
  }
  return "<div class=\"short\">" + html_table({{"Day"}, {"Expected units", true}, {"Range", true}}, rows) + "</div>\n";
}

}  // namespace

std::string forecast_section(ReportData const& data) {
  std::string body = paragraph(
      fmt::format("Units per day. On about {} of days the true number should fall inside the shaded range; the section "
                  "<a href=\"#accuracy\">How good is the forecast</a> says how often it did.",
                  percent_text(data.interval_level)));
  body += legend(data);
  body += figure(data.chain.name, for_wide_and_narrow(draw_time_chart(data.chain, {1080, 300}),
                                                      draw_time_chart(data.chain, {360, 230})));
  body += day_table(data);
  if (!data.items.empty()) body += "<h3>Best-selling items</h3>\n<div class=\"multiples\">\n";
  for (DemandPanel const& item : data.items) body += figure(item.name, draw_time_chart(item, {340, 170}));
  if (!data.items.empty()) body += "</div>\n";
  return section("forecast", "Demand forecast", body);
}

}  // namespace tidemill::drivers::report
