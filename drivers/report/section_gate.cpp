#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/report/html.hpp"
#include "drivers/report/sections.hpp"
#include "drivers/report/svg.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

constexpr int gate_decimals = 4;

/// The improvement between its bounds, with a dashed mark at what the lower bound must be above.
std::string draw_bounds(GateFigure const& figure) {
  constexpr double width = 180, height = 26, inset = 6;
  if (!std::isfinite(figure.lower) || !std::isfinite(figure.upper)) return "";
  double const least = std::min({figure.lower, figure.limit, 0.0}), most = std::max({figure.upper, figure.limit, 0.0});
  if (!(most > least)) return "";
  auto const x = [&](double value) { return inset + (value - least) / (most - least) * (width - 2 * inset); };
  Svg svg(width, height, "Improvement of " + figure.metric, "Its bounds, and the limit that the lower one must exceed");
  svg.line({x(0), 3}, {x(0), height - 3}, "axis");
  svg.line({x(figure.limit), 1}, {x(figure.limit), height - 1}, "now");
  svg.line({x(figure.lower), height / 2}, {x(figure.upper), height / 2}, "line-forecast");
  svg.circle({x(figure.improvement), height / 2}, 4, figure.passed ? "bar" : "bar-bad",
             fmt::format("{}, between {} and {}", number_text(figure.improvement, gate_decimals),
                         number_text(figure.lower, gate_decimals), number_text(figure.upper, gate_decimals)));
  return svg.finish();
}

std::string passed_html(bool passed) {
  return passed ? "<span class=\"good\">✓ passed</span>" : "<span class=\"bad\">not passed</span>";
}

std::string rung_sentence(GateReport const& gate) {
  if (gate.verdict.promoted) return "It makes the forecasts of this night.";
  if (gate.rung == "champion") return "The champion makes the forecasts of this night.";
  return fmt::format("The forecasts of this night are by the rung below the champion: {}.", escape_html(gate.rung));
}

std::string figure_table(GateReport const& gate) {
  std::vector<std::vector<std::string>> rows;
  for (GateFigure const& figure : gate.verdict.figures) {
    rows.push_back({escape_html(figure.metric), figure.is_target ? "target" : "guardrail",
                    number_text(figure.champion, gate_decimals), number_text(figure.challenger, gate_decimals),
                    number_text(figure.improvement, gate_decimals), number_text(figure.lower, gate_decimals),
                    number_text(figure.limit, gate_decimals), draw_bounds(figure), passed_html(figure.passed)});
  }
  return html_table({{"Metric"},
                     {"Role", false, true},
                     {"Champion", true},
                     {"New model", true},
                     {"Improvement", true, true},
                     {"Lower bound", true},
                     {"Must exceed", true},
                     {"Bounds", false, true},
                     {"Verdict"}},
                    rows);
}

std::string slice_table(GateReport const& gate) {
  if (gate.slices.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (GateSlice const& slice : gate.slices) {
    std::string const own = slice.own_champion.empty() ? "champion for all" : escape_html(slice.own_champion);
    rows.push_back({escape_html(slice.name), own, escape_html(slice.reason), number_text(slice.champion, gate_decimals),
                    number_text(slice.challenger, gate_decimals), number_text(slice.gain_q, gate_decimals),
                    number_text(slice.loss_q, gate_decimals), whole_text(slice.rows)});
  }
  std::string const text = paragraph(
      "Parts of the business may keep a champion of their own: where the new model is surely better there, or surely "
      "worse, with the false discoveries among all slices held at the configured rate (Benjamini-Hochberg).");
  return "<h3>Slices</h3>" + text +
         long_table(
             {{"Slice"},
              {"Served by"},
              {"Why", false, true},
              {gate.verdict.figures.empty() ? "Served now" : "Served now, " + gate.verdict.figures[0].metric, true},
              {"New model", true},
              {"q of a gain", true, true},
              {"q of a loss", true, true},
              {"Days judged", true, true}},
             rows, 12);
}

}  // namespace

std::string gate_section(ReportData const& data) {
  if (data.gate.version.empty()) return "";
  GateReport const& gate = data.gate;
  std::string body = paragraph(fmt::format(
      "Tonight's new demand model, <b>{}</b>, {}: {}. {}", escape_html(gate.version),
      gate.verdict.promoted ? "<span class=\"good\">is the champion</span>" : "<span class=\"bad\">was refused</span>",
      escape_html(gate.verdict.reason), rung_sentence(gate)));
  body += paragraph(fmt::format(
      "It was compared with <b>{}</b> on {} days of {} series that both had forecast without knowing them. Series were "
      "drawn again and again (a paired bootstrap); a metric passes when the lower bound of its improvement is above "
      "the limit. Metrics are errors: smaller is better.",
      escape_html(gate.compared_with), whole_text(gate.verdict.rows), whole_text(gate.verdict.units)));
  return section("gate", "New model against champion", body + figure_table(gate) + slice_table(gate));
}

}  // namespace tidemill::drivers::report
