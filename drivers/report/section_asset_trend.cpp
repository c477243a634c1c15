#include <fmt/format.h>

#include <cmath>

#include "drivers/report/asset_sections.hpp"
#include "drivers/report/html.hpp"
#include "drivers/report/text.hpp"
#include "drivers/report/time_chart.hpp"

namespace tidemill::drivers::report {
namespace {

std::string table_of(std::vector<AssetTrend> const& trends, bool rises) {
  std::vector<std::vector<std::string>> rows;
  for (AssetTrend const& trend : trends) {
    if (trend.direction != (rises ? "rising" : "falling")) continue;
    double const share = trend.level > 0 ? trend.change / trend.level : NAN;
    std::string const line = trend.weekly.empty() ? ""
                                                  : draw_sparkline(trend.weekly, trend.name + " per week",
                                                                   rises ? "line-rising" : "line-falling");
    rows.push_back({escape_html(trend.name), line,
                    fmt::format("<span class=\"{}\">{} {}</span>", rises ? "good" : "bad", rises ? "▲" : "▼",
                                signed_percent_text(share, 1)),
                    number_text(trend.level, 1),
                    trend.q_value < 0.001 ? "below 0.001" : number_text(trend.q_value, 3)});
  }
  return long_table({{"Asset"},
                     {"Per week"},
                     {"Change per week", true},
                     {"Typical week", true, true},
                     {"Chance it is noise (q)", true, true}},
                    rows, 8);
}

}  // namespace

std::string asset_trend_section(AssetReport const& assets) {
  std::vector<AssetTrend> const& trends = assets.trends;
  if (trends.empty()) return "";
  std::int64_t steady = 0;
  for (AssetTrend const& trend : trends) steady += trend.direction == "rising" || trend.direction == "falling" ? 0 : 1;
  std::string body = paragraph(
      fmt::format("Assets whose weekly interactions rise or fall beyond chance (Mann-Kendall test, corrected for "
                  "autocorrelation and for testing many assets; slope after Sen). {} others are steady or too new to "
                  "tell.",
                  whole_text(steady)));
  body += "<h3>Rising</h3>\n" + table_of(trends, true) + "<h3>Falling</h3>\n" + table_of(trends, false);
  return section("asset-trends", "Rising and falling assets", body);
}

}  // namespace tidemill::drivers::report
