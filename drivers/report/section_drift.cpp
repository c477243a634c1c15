#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/report/html.hpp"
#include "drivers/report/sections.hpp"
#include "drivers/report/svg.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

/// Shares per bin, the reference's outlined behind, today's filled before them.
std::string draw_shares(DriftColumn const& drift) {
  constexpr double width = 150, height = 34;
  if (drift.bins.empty()) return "";
  double highest = 0;
  for (DriftShare const& bin : drift.bins) highest = std::max({highest, bin.reference, bin.current});
  if (highest <= 0) return "";
  Svg svg(width, height, "Shares of " + drift.column, "Reference and newest days side by side, bin by bin");
  double const step = width / static_cast<double>(drift.bins.size());
  for (std::size_t i = 0; i < drift.bins.size(); ++i) {
    DriftShare const& bin = drift.bins[i];
    std::string const hint =
        fmt::format("{}: {} before, {} now", bin.name, percent_text(bin.reference, 1), percent_text(bin.current, 1));
    double const left = static_cast<double>(i) * step, bar = std::max(1.0, step * 0.42);
    double const before = bin.reference / highest * height, now = bin.current / highest * height;
    svg.rectangle({left, height - before}, bar, std::max(before, 0.5), "bar-reused", hint);
    svg.rectangle({left + bar, height - now}, bar, std::max(now, 0.5), "bar", hint);
  }
  return svg.finish();
}

std::string verdict_html(std::string const& verdict) {
  if (verdict == "steady") return "<span class=\"good\">✓ steady</span>";
  if (verdict == "too_few") return "too few rows";
  return fmt::format("<span class=\"bad\">{} shift</span>", escape_html(verdict));
}

/// The measure that the kind of column is judged by.
std::string measure_text(DriftColumn const& drift) {
  if (std::isfinite(drift.js)) return "JS " + number_text(drift.js, 3);
  return fmt::format("PSI {}, KS {}", number_text(drift.psi, 3), number_text(drift.ks, 3));
}

std::string change_text(double before, double now) {
  if (!std::isfinite(before) || !std::isfinite(now)) return "";
  return number_text(before, 2) + " → " + number_text(now, 2);
}

}  // namespace

std::string drift_section(ReportData const& data) {
  if (data.drift.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  std::size_t shifted = 0;
  for (DriftColumn const& drift : data.drift) {
    shifted += drift.verdict == "moderate" || drift.verdict == "major" ? 1 : 0;
    rows.push_back({escape_html(drift.of + ": " + drift.column), verdict_html(drift.verdict), measure_text(drift),
                    change_text(drift.mean_reference, drift.mean_current),
                    change_text(drift.p50_reference, drift.p50_current),
                    percent_text(drift.missing_reference, 1) + " → " + percent_text(drift.missing_current, 1),
                    draw_shares(drift)});
  }
  std::string body = paragraph(fmt::format(
      "Whether what the models see and say still looks like before: the newest days against the days before them, and "
      "tonight's forecast against what the same model would have forecast for past days. {} of {} columns have "
      "shifted. A shift is told when a measure passes its limit and chance does not explain it; it says that something "
      "changed, not that it is wrong.",
      shifted, data.drift.size()));
  body += html_table({{"Column"},
                      {"Verdict"},
                      {"Measure", false, true},
                      {"Mean", true, true},
                      {"Median", true, true},
                      {"Without value", true, true},
                      {"Before and now"}},
                     rows);
  return section("drift", "Drift", body);
}

}  // namespace tidemill::drivers::report
