#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "drivers/report/html.hpp"
#include "drivers/report/price_chart.hpp"
#include "drivers/report/sections.hpp"
#include "drivers/report/text.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers::report {
namespace {

constexpr std::size_t charts = 6;

bool is_change(PriceAdvice const& advice) { return advice.status.empty() && advice.price_advised != advice.price_now; }

std::string name_of(PriceAdvice const& advice) {
  return advice.location.empty() ? advice.item : advice.item + ", " + advice.location;
}

std::string advice_table(ReportData const& data) {
  std::vector<std::vector<std::string>> rows;
  for (PriceAdvice const& advice : data.prices) {
    if (!is_change(advice)) continue;
    double const change = static_cast<double>(advice.price_advised) / static_cast<double>(advice.price_now) - 1;
    bool const has_range = advice.gain_lower != io::missing_integer && advice.gain_upper != io::missing_integer;
    rows.push_back({escape_html(advice.item), escape_html(advice.location), price_text(advice.price_now, data.currency),
                    "<b>" + price_text(advice.price_advised, data.currency) + "</b>", signed_percent_text(change, 1),
                    signed_money_text(advice.gain, data.currency),
                    has_range ? signed_money_text(advice.gain_lower, data.currency) + " to " +
                                    signed_money_text(advice.gain_upper, data.currency)
                              : "not known",
                    number_text(advice.elasticity, 2), advice.limit.empty() ? "none" : escape_html(advice.limit)});
  }
  return long_table({{"Item"},
                     {"Place"},
                     {"Today", true},
                     {"Advised", true},
                     {"Change", true, true},
                     {"Margin per week", true},
                     {"90 % range", true, true},
                     {"Elasticity", true, true},
                     {"Held back by", false, true}},
                    rows, 12);
}

std::string unchanged(ReportData const& data) {
  std::map<std::string, int> reasons;
  int kept = 0;
  for (PriceAdvice const& advice : data.prices) {
    if (!advice.status.empty()) ++reasons[advice.status];
    kept += advice.status.empty() && advice.price_advised == advice.price_now ? 1 : 0;
  }
  std::string list;
  if (kept > 0) list += fmt::format("<li>{} prices are right as they are.</li>\n", whole_text(kept));
  for (auto const& [reason, count] : reasons) {
    list += fmt::format("<li>{} without advice: {}.</li>\n", whole_text(count), escape_html(reason));
  }
  return list.empty() ? "" : "<h3>Prices left as they are</h3>\n<ul>\n" + list + "</ul>\n";
}

}  // namespace

std::string price_section(ReportData const& data) {
  std::string body = paragraph(
      "Prices that would earn the most margin within the limits you set (largest change, price endings, margin, size "
      "ladder, basket). An elasticity of \u22122 means: 1\u00a0% dearer sells 2\u00a0% less. No price is advised where "
      "past "
      "prices "
      "cannot tell how guests react.");
  std::string curves;
  std::size_t drawn = 0;
  for (PriceAdvice const& advice : data.prices) {
    if (drawn == charts || !is_change(advice) || advice.curve.size() < 2) continue;
    ++drawn;
    curves += figure(name_of(advice), draw_price_chart(advice, data.currency, {340, 180}));
  }
  if (drawn > 0) {
    body +=
        "<div class=\"legend\"><span><svg viewBox=\"0 0 26 12\" aria-hidden=\"true\"><line class=\"line-forecast\" "
        "x1=\"0\" y1=\"6\" x2=\"26\" y2=\"6\"/></svg>expected margin per week by price</span><span><svg "
        "viewBox=\"0 0 26 12\" aria-hidden=\"true\"><circle class=\"ring\" cx=\"13\" cy=\"6\" r=\"4.5\"/></svg>"
        "today</span><span><svg viewBox=\"0 0 26 12\" aria-hidden=\"true\"><circle class=\"optimum\" cx=\"13\" "
        "cy=\"6\" r=\"5\"/></svg>advised</span></div>\n<div class=\"multiples\">\n" +
        curves + "</div>\n";
  }
  return section("prices", "Price advice", body + advice_table(data) + unchanged(data));
}

}  // namespace tidemill::drivers::report
