#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/report/html.hpp"
#include "drivers/report/sections.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

std::string verdict(ReportData const& data) {
  BacktestRow const* ours = nullptr;
  BacktestRow const* best_rule = nullptr;
  for (BacktestRow const& row : data.backtest) {
    if (row.is_ours && (ours == nullptr || row.wape < ours->wape)) ours = &row;
    if (!row.is_ours && (best_rule == nullptr || row.wape < best_rule->wape)) best_rule = &row;
  }
  if (ours == nullptr || best_rule == nullptr || !(best_rule->wape > 0)) return "";
  double const saved = 1 - ours->wape / best_rule->wape;
  return paragraph(fmt::format("The model's error is <b>{} {}</b> than that of the best simple rule ({}).",
                               percent_text(std::abs(saved)), saved >= 0 ? "smaller" : "larger",
                               escape_html(best_rule->model)));
}

}  // namespace

std::string backtest_section(ReportData const& data) {
  std::string body = paragraph(
      "Each model was asked to forecast past weeks from what was known before them, and compared with what was sold. "
      "Below it stand simple rules that anyone could use; a model that does not beat them is not worth its "
      "electricity.");
  body += verdict(data);
  std::vector<std::vector<std::string>> rows;
  for (BacktestRow const& row : data.backtest) {
    auto const strong = [&](std::string const& text) { return row.is_ours ? "<b>" + text + "</b>" : text; };
    std::string const coverage = std::isfinite(row.coverage) ? percent_text(row.coverage, 1) : "no range";
    rows.push_back({strong(escape_html(row.model)), strong(percent_text(row.wape, 1)), number_text(row.rmsse, 3),
                    number_text(row.mase, 3), signed_percent_text(row.bias, 1), strong(coverage)});
  }
  body += html_table({{"Model"},
                      {"Error (WAPE)", true},
                      {"RMSSE", true, true},
                      {"MASE (7)", true, true},
                      {"Bias", true, true},
                      {"Days inside the range", true}},
                     rows);
  body +=
      paragraph(fmt::format("WAPE: sum of misses over sum of sales. RMSSE and MASE below 1 are better than repeating "
                            "the day before (the week before). The range is meant to hold {} of days.",
                            percent_text(data.interval_level)),
                "soft");
  return section("accuracy", "How good is the forecast", body);
}

}  // namespace tidemill::drivers::report
