#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "io/store/posix.hpp"
#include "jobs/commands.hpp"
#include "jobs/night/given_options.hpp"
#include "jobs/night/night_options.hpp"
#include "jobs/night/night_plan.hpp"
#include "jobs/night/one_night.hpp"
#include "jobs/night/sbatch_script.hpp"

namespace po = boost::program_options;

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

struct NightlyOptions {
  NightOptions night;
  bool print_sbatch = false;
  std::string sbatch_script = "slurm/nightly.sbatch";
};

/// The plan's figures for so many ranks.
SbatchRequest request_for(drivers::AssetNight const& params, drivers::NightSize size, int ranks) {
  size.training.ranks = ranks;
  SbatchRequest request;
  request.tenant = params.tenant;
  request.tasks = ranks;
  for (drivers::StepPlan const& step : plan_of(drivers::night_steps(io::Comm::self(), params), size)) {
    request.seconds += step.seconds;
    request.peak_memory = std::max(request.peak_memory, step.peak_memory);
  }
  return request;
}

/// Nothing is begun. Under mpirun the script asks for as many ranks; alone, for those that pay.
void print_sbatch(Context const& context, NightlyOptions const& options) {
  constexpr int most_ranks = 256;
  drivers::AssetNight const params = night_params(context, options.night);
  drivers::NightSize const size = size_of_night(context.comm, params);
  std::string script;
  io::agree(context.comm, "read the batch script", [&] {
    if (context.comm.is_root()) script = io::read_file(options.sbatch_script);
  });
  int ranks = context.comm.size();
  if (ranks == 1) ranks = ranks_that_pay([&](int r) { return request_for(params, size, r).seconds; }, most_ranks);
  SbatchRequest request = request_for(params, size, ranks);
  request.flags = given_night_options(context.values, context.seed);
  if (context.comm.is_root()) print_result(context, filled_sbatch(script, request));
}

void run(Context const& context, NightOptions const& options) {
  NightResult const done = run_one_night(context, options);
  print_result(context, context.json ? closing_json(done.record, done.night) : closing_text(done.record, done.night));
  // The night stands; scripts learn of the refusal by exit code 4.
  if (!done.refusal.empty()) throw Error(done.refusal, ExitCode::refused);
}

}  // namespace

Command make_nightly_command() {
  auto options = std::make_shared<NightlyOptions>();
  Command command{"nightly", "run a night from raw exports to published advice; reuses and resumes", {}, {}, {}};
  add_night_options(command.options, options->night);
  auto add = command.options.add_options();
  add("print-sbatch", po::bool_switch(&options->print_sbatch),
      "begin nothing: print a batch script for this night, with tasks, memory and time from the plan");
  add("sbatch-script", po::value(&options->sbatch_script)->default_value(options->sbatch_script), "the script to fill");
  command.run = [options](Context const& context) {
    options->print_sbatch ? print_sbatch(context, *options) : run(context, options->night);
  };
  return command;
}

}  // namespace tidemill::jobs
