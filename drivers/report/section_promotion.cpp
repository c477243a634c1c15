#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "drivers/report/bar_chart.hpp"
#include "drivers/report/html.hpp"
#include "drivers/report/sections.hpp"
#include "drivers/report/text.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers::report {
namespace {

constexpr std::size_t most_bars = 12;

std::vector<Bar> margin_bars(ReportData const& data) {
  std::vector<std::int64_t> sizes;
  for (PromotionResult const& promotion : data.promotions) {
    if (promotion.windows > 0) sizes.push_back(std::abs(promotion.incremental_margin - promotion.cost));
  }
  std::sort(sizes.rbegin(), sizes.rend());
  std::int64_t const smallest = sizes.size() > most_bars ? sizes[most_bars - 1] : 0;
  std::vector<Bar> bars;
  for (PromotionResult const& promotion : data.promotions) {
    bool const is_large = std::abs(promotion.incremental_margin - promotion.cost) >= smallest;
    if (promotion.windows == 0 || !is_large || bars.size() == most_bars) continue;
    std::int64_t const left = promotion.incremental_margin - promotion.cost;
    std::string const note = std::isfinite(promotion.roi) ? "ROI " + signed_percent_text(promotion.roi) : "";
    bars.push_back({promotion.item, static_cast<double>(left), signed_money_text(left, data.currency), note,
                    left < 0 ? "bar-bad" : "bar"});
  }
  return bars;
}

std::string strategy_table(ReportData const& data) {
  std::vector<std::vector<std::string>> rows;
  for (PromotionResult const& promotion : data.promotions) {
    if (promotion.windows == 0 && (promotion.strategy.empty() || promotion.strategy == "none")) continue;
    bool const measured = promotion.windows > 0;
    rows.push_back({escape_html(promotion.item), "<b>" + escape_html(promotion.strategy) + "</b>",
                    escape_html(promotion.reason), measured ? whole_text(promotion.windows) : "none",
                    measured ? number_text(promotion.incremental_units, 0) : "",
                    measured ? signed_money_text(promotion.incremental_margin, data.currency) : "",
                    measured ? money_text(promotion.cost, data.currency) : "",
                    measured ? signed_percent_text(promotion.roi) : ""});
  }
  return long_table({{"Item"},
                     {"Next"},
                     {"Why", false, true},
                     {"Past runs", true, true},
                     {"Extra units", true, true},
                     {"Extra margin", true},
                     {"Cost", true, true},
                     {"Return on cost", true}},
                    rows, 12);
}

}  // namespace

std::string promotion_section(ReportData const& data) {
  std::string body = paragraph(
      "What past promotions earned beyond what would have been sold anyway: extra margin, less what other items lost "
      "to "
      "them and what was missing afterwards, less their cost. A return of 0\u00a0% only pays the cost back.");
  std::vector<Bar> const bars = margin_bars(data);
  std::string const title = "Margin left after cost, all past runs of an item";
  if (!bars.empty()) {
    body += figure(title, for_wide_and_narrow(draw_bars(bars, title, 1080), draw_bars(bars, title, 360)));
  }
  body += strategy_table(data);
  body += paragraph(
      "Items were not promoted at random, so these figures say what happened, not what would happen with "
      "any other item or at any other time.",
      "soft");
  return section("promotions", "Promotions", body);
}

}  // namespace tidemill::drivers::report
