#include <fmt/format.h>

#include <algorithm>

#include "drivers/night/cache_bounds.hpp"
#include "drivers/night/plan_night.hpp"
#include "drivers/report/bar_chart.hpp"
#include "drivers/report/html.hpp"
#include "drivers/report/lineage_chart.hpp"
#include "drivers/report/sections.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

std::int64_t largest(std::vector<std::int64_t> const& values) {
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

std::string bars_figure(std::string const& caption, std::vector<Bar> const& bars) {
  return figure(caption, for_wide_and_narrow(draw_bars(bars, caption, 1080), draw_bars(bars, caption, 360)));
}

std::string alert_list(RunRecord const& run) {
  if (run.alerts.empty()) return paragraph("No limit of the configuration was broken.");
  std::string list;
  for (Alert const& alert : run.alerts) {
    list += fmt::format("<li><span class=\"bad\">{}</span> {}: {}</li>\n", escape_html(alert.severity),
                        escape_html(alert.rule), escape_html(alert.message));
  }
  return "<h3>Limits that were broken</h3>\n<ul>\n" + list + "</ul>\n";
}

/// "2.1 s of 1.8 s"; the plan's figure is left out where there is none.
std::string against_plan(std::string const& measured, std::string const& planned) {
  return planned.empty() ? measured : measured + " of " + planned;
}

/// What the run took that ran, beside the plan of the same steps.
std::string plan_sentence(RunRecord const& run) {
  auto const [planned, measured, steps] = judged_plan(run);
  if (steps == 0) return "";
  return paragraph(fmt::format(
      "{} steps were done anew. They took {} ({} planned), at most {} on one process ({}), wrote {} ({}) and made {} "
      "files ({}).",
      steps, duration_text(measured.seconds), duration_text(planned.seconds), bytes_text(measured.peak_memory),
      bytes_text(planned.peak_memory), bytes_text(measured.bytes_written), bytes_text(planned.bytes_written),
      whole_text(measured.files), whole_text(planned.files)));
}

/// What each step took, beside what was planned for it.
std::string step_table(RunRecord const& run) {
  std::vector<std::vector<std::string>> rows;
  for (StepRecord const& step : run.steps) {
    auto const planned =
        std::find_if(run.plan.begin(), run.plan.end(), [&](auto const& p) { return p.name == step.name; });
    bool const has_plan = planned != run.plan.end() && !step.reused;
    rows.push_back(
        {escape_html(step.title),
         against_plan(duration_text(step.seconds), has_plan ? duration_text(planned->seconds) : ""),
         against_plan(bytes_text(largest(step.peak_memory)), has_plan ? bytes_text(planned->peak_memory) : ""),
         bytes_text(step.bytes_read),
         against_plan(bytes_text(step.bytes_written), has_plan ? bytes_text(planned->bytes_written) : ""),
         against_plan(whole_text(static_cast<std::int64_t>(step.files.size())),
                      has_plan ? whole_text(planned->files) : ""),
         number_text(imbalance(step), 2), step.reused ? duration_text(step.saved_seconds) : ""});
  }
  return "<h3>Measured, and what was planned before the first step</h3>\n" + plan_sentence(run) +
         html_table({{"Step"},
                     {"Time", true},
                     {"Memory", true},
                     {"Read", true, true},
                     {"Written", true, true},
                     {"Files", true, true},
                     {"Busiest rank : mean", true, true},
                     {"Saved by reuse", true, true}},
                    rows);
}

}  // namespace

std::string run_section(ReportData const& data) {
  std::vector<Bar> time, memory;
  double total = 0;
  for (StepRecord const& step : data.run.steps) {
    total += step.seconds;
    std::string const rows = step.rows > 0 ? whole_text(step.rows) + " rows" : "";
    time.push_back({step.title, step.seconds, duration_text(step.seconds), step.reused ? "reused" : rows,
                    step.reused ? "bar-reused" : "bar"});
    std::int64_t const peak = largest(step.peak_memory);
    memory.push_back({step.title, static_cast<double>(peak), bytes_text(peak), "", "bar-memory"});
  }
  std::string body = paragraph(fmt::format("{} in all on {} {}.", duration_text(total), data.run.ranks,
                                           data.run.ranks == 1 ? "process" : "processes"));
  CacheUse const cache = cache_use_of(data.run);
  body += paragraph(fmt::format("{} of {} steps were there already ({}), which saved {}.", cache.hits, cache.steps,
                                percent_text(cache.hit_rate()), duration_text(cache.saved_seconds)));
  body += bars_figure("Time per step", time);
  body += bars_figure("Memory per step: most used by one process", memory);
  body += step_table(data.run);
  body += alert_list(data.run);
  return section("run", "Time and memory", body);
}

std::string provenance_section(ReportData const& data) {
  std::string list;
  auto const entry = [&](std::string const& name, std::string const& value) {
    list += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape_html(name), value);
  };
  entry("Night", fmt::format("<code>{}</code>", escape_html(data.night_digest)));
  entry("Business date", day_text(data.date));
  entry("Run", escape_html(data.run.run));
  entry("Program", "tidemill " + escape_html(data.run.program_version));
  entry("Seed", std::to_string(data.run.seed));
  std::string body = paragraph(
      "The night's number below stands for all results of this night. The same raw files, options and program give the "
      "same number on any number of processes, interrupted or not.");
  body += "<dl>\n" + list + "</dl>\n";
  std::vector<std::vector<std::string>> rows;
  for (StepRecord const& step : data.run.steps) {
    rows.push_back({escape_html(step.title), "<code>" + escape_html(step.key.substr(0, 16)) + "</code>",
                    escape_html(step.summary)});
  }
  LineageGraph const lineage = lineage_of(data.run);
  body += figure("From the raw files to what is published: each step and whose files it read",
                 for_wide_and_narrow(draw_lineage(lineage, 1080), draw_lineage(lineage, 360)));
  body += html_table({{"Step"}, {"Key"}, {"Outcome", false, true}}, rows);
  body += "<details><summary>Options of this run</summary><pre>" + [&] {
    std::string escaped;
    for (std::size_t at = 0; at < data.run.config.size();) {
      std::size_t const end = std::min(data.run.config.find('\n', at), data.run.config.size());
      escaped += escape_html(data.run.config.substr(at, end - at)) + "\n";
      at = end + 1;
    }
    return escaped;
  }() + "</pre></details>\n";
  return section("provenance", "Where this comes from", body);
}

}  // namespace tidemill::drivers::report
