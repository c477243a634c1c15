#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "jobs/commands.hpp"
#include "jobs/night/night_options.hpp"
#include "jobs/night/one_night.hpp"

namespace tidemill::jobs {
namespace {

std::string reused_text(drivers::RunRecord const& record) {
  std::size_t reused = 0, keyed = 0;
  for (drivers::StepRecord const& step : record.steps) {
    reused += step.reused ? 1 : 0;
    keyed += step.key.empty() ? 0 : 1;
  }
  if (reused == keyed) return "every step was reused";
  return reused == 0 ? "all steps ran" : fmt::format("{} of {} steps were reused", reused, keyed);
}

std::string audit_text(io::PublishedNight const& night) {
  return night.audit_fault.empty() ? "" : "the audit log could not be written: " + night.audit_fault + "\n";
}

std::string closing_text(drivers::RunRecord const& record, io::PublishedNight const& night) {
  std::string const what = night.unchanged ? "this night was published before, nothing changed" : "published";
  return fmt::format("{}: {} ({}, {:.1f} s)\ndigest {}\nreport {}\n{}", night.folder.string(), what,
                     reused_text(record), record.seconds, record.night_digest, (night.folder / "report.html").string(),
                     audit_text(night));
}

std::string closing_json(drivers::RunRecord const& record, io::PublishedNight const& night) {
  nlohmann::json steps = nlohmann::json::array();
  for (drivers::StepRecord const& step : record.steps) {
    steps.push_back({{"step", step.name}, {"reused", step.reused}, {"seconds", step.seconds}, {"rows", step.rows}});
  }
  nlohmann::json const json{{"night", night.folder.string()}, {"digest", record.night_digest},
                            {"unchanged", night.unchanged},   {"run", record.run},
                            {"seconds", record.seconds},      {"steps", steps}};
  return json.dump(2) + "\n";
}

void run(Context const& context, NightOptions const& options) {
  NightResult const done = run_one_night(context, options);
  print_result(context, context.json ? closing_json(done.record, done.night) : closing_text(done.record, done.night));
  // The night stands; scripts learn of the refusal by exit code 4.
  if (!done.refusal.empty()) throw Error(done.refusal, ExitCode::refused);
}

}  // namespace

Command make_nightly_command() {
  auto options = std::make_shared<NightOptions>();
  Command command{"nightly", "run a night from raw exports to published advice; reuses and resumes", {}, {}, {}};
  add_night_options(command.options, *options);
  command.run = [options](Context const& context) { run(context, *options); };
  return command;
}

}  // namespace tidemill::jobs
