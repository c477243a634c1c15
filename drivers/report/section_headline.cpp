#include <fmt/format.h>

#include <cmath>

#include "drivers/report/card.hpp"
#include "drivers/report/html.hpp"
#include "drivers/report/sections.hpp"
#include "drivers/report/text.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers::report {
namespace {

/// "+4 % on the 7 days before", coloured.
std::string change_note(std::int64_t now, std::int64_t before, std::string const& against) {
  if (now == io::missing_integer || before == io::missing_integer || before == 0) return "";
  double const change = static_cast<double>(now - before) / static_cast<double>(before);
  return fmt::format("<span class=\"{}\">{}</span> {}", change < 0 ? "bad" : "good", signed_percent_text(change, 1),
                     against);
}

std::string quality_card(ReportData const& data) {
  std::int64_t read = 0, accepted = 0, gap = 0;
  for (SourceFile const& source : data.sources) {
    read += source.rows_read;
    accepted += source.rows_accepted;
    gap += source.money_read - source.money_accepted - source.money_quarantined;
  }
  if (read == 0) return card("Data quality", "not known", "no new rows were read");
  double const share = static_cast<double>(accepted) / static_cast<double>(read);
  return card("Rows read without fault", percent_text(share, share > 0.999 && share < 1 ? 3 : 1),
              gap == 0 ? "money agrees to the cent"
                       : fmt::format("<span class=\"bad\">money is off by {}</span>", price_text(gap, data.currency)));
}

std::string price_action(PriceAdvice const& advice, std::string const& currency) {
  return fmt::format("<b>{}</b>{}: {} the price from {} to {}. Expected: {} margin per week.", escape_html(advice.item),
                     advice.location.empty() ? "" : " at " + escape_html(advice.location),
                     advice.price_advised > advice.price_now ? "raise" : "lower",
                     price_text(advice.price_now, currency), price_text(advice.price_advised, currency),
                     signed_money_text(advice.gain, currency));
}

constexpr std::int64_t smallest_loss = 10000;  ///< cents; less is noise

std::int64_t lost(PromotionResult const& promotion) {
  return promotion.windows > 0 ? promotion.cost - promotion.incremental_margin : 0;
}

std::string actions(ReportData const& data) {
  std::string list;
  int count = 0;
  for (PriceAdvice const& advice : data.prices) {
    if (!advice.status.empty() || advice.gain <= 0 || advice.price_advised == advice.price_now || ++count > 3) continue;
    list += "<li>" + price_action(advice, data.currency) + "</li>\n";
  }
  // Promotions come with the best first: the last one lost the most.
  if (!data.promotions.empty() && lost(data.promotions.back()) >= smallest_loss) {
    PromotionResult const& worst = data.promotions.back();
    list += fmt::format("<li><b>{}</b>: stop promoting it as before; its {} past promotions lost {} in all.</li>\n",
                        escape_html(worst.item), whole_text(worst.windows), money_text(lost(worst), data.currency));
  }
  count = 0;
  for (MenuItem const& item : data.menu) {
    if (item.menu_class != "Dog" || item.stability < 0.9 || ++count > 2) continue;
    list += fmt::format("<li><b>{}</b>: {}. It is a Dog in {} of resampled histories.</li>\n", escape_html(item.item),
                        escape_html(item.action), percent_text(item.stability));
  }
  if (list.empty()) return "";
  return "<h3>Do first</h3>\n<ol class=\"first\">\n" + list + "</ol>\n";
}

}  // namespace

std::string headline_section(ReportData const& data) {
  Headline const& headline = data.headline;
  std::string cards = card("Sales, last 7 days", money_text(headline.sales_last_week, data.currency),
                           change_note(headline.sales_last_week, headline.sales_week_before, "on the 7 days before")) +
                      card("Expected sales, next 7 days", money_text(headline.sales_next_week, data.currency),
                           change_note(headline.sales_next_week, headline.sales_last_week, "on the last 7 days")) +
                      card("Left on the table, per week", money_text(headline.advice_gain, data.currency),
                           fmt::format("margin that {} price changes would add", whole_text(headline.advice_count))) +
                      quality_card(data);
  return section("summary", "In short", "<div class=\"cards\">\n" + cards + "</div>\n" + actions(data));
}

}  // namespace tidemill::drivers::report
