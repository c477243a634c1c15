#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/report/html.hpp"
#include "drivers/report/sections.hpp"
#include "drivers/report/text.hpp"
#include "drivers/report/time_chart.hpp"

namespace tidemill::drivers::report {
namespace {

std::string season_text(double strength) {
  if (!std::isfinite(strength)) return "not known";
  return fmt::format("{} ({})",
                     strength >= 0.6   ? "strong"
                     : strength >= 0.3 ? "some"
                                       : "weak",
                     number_text(strength, 2));
}

std::string table_of(std::vector<TrendResult const*> const& trends) {
  std::vector<std::vector<std::string>> rows;
  for (TrendResult const* trend : trends) {
    bool const rises = trend->direction == "rising";
    double const share = trend->level > 0 ? trend->change / trend->level : NAN;
    rows.push_back({escape_html(trend->item),
                    draw_sparkline(trend->weekly, trend->item + " per week", rises ? "line-rising" : "line-falling"),
                    fmt::format("<span class=\"{}\">{} {}</span>", rises ? "good" : "bad", rises ? "▲" : "▼",
                                signed_percent_text(share, 1)),
                    number_text(trend->level, 0), season_text(trend->season_strength),
                    trend->q_value < 0.001 ? "below 0.001" : number_text(trend->q_value, 3)});
  }
  return long_table({{"Item"},
                     {"Units per week"},
                     {"Change per week", true},
                     {"Typical week", true, true},
                     {"Weekday pattern", false, true},
                     {"Chance it is noise (q)", true, true}},
                    rows, 8);
}

}  // namespace

std::string trend_section(ReportData const& data) {
  std::vector<TrendResult const*> rising, falling;
  int steady = 0;
  for (TrendResult const& trend : data.trends) {
    if (trend.direction == "rising")
      rising.push_back(&trend);
    else if (trend.direction == "falling")
      falling.push_back(&trend);
    else
      ++steady;
  }
  std::string body = paragraph(fmt::format(
      "Items whose weekly units rise or fall beyond chance (Mann-Kendall test, corrected for testing many items; slope "
      "after Sen). {} other items are steady or too new to tell.",
      whole_text(steady)));
  body += "<h3>Rising</h3>\n" + table_of(rising) + "<h3>Falling</h3>\n" + table_of(falling);
  return section("trends", "Rising and falling items", body);
}

}  // namespace tidemill::drivers::report
