#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "io/comm/node_memory.hpp"
#include "io/error.hpp"
#include "jobs/commands.hpp"
#include "jobs/night/night_options.hpp"
#include "jobs/night/night_plan.hpp"
#include "jobs/night/run_monitor.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct PlanOptions {
  NightOptions night;
  double failure_hours = 24;
  double checkpoint_cost = 0.2;
};

/// The whole night, and what there is for it.
struct Budget {
  std::vector<drivers::StepPlan> steps;
  drivers::NightSize size;
  double seconds = 0;
  std::int64_t peak_memory = 0, bytes_written = 0, files = 0;
  std::int64_t memory_there = 0, disk_there = 0;
  double checkpoint_seconds = 0;
  bool fits() const { return peak_memory <= memory_there && bytes_written <= disk_there; }
};

/// Free space in the nearest folder above that is there.
std::int64_t free_above(std::filesystem::path folder) {
  folder = std::filesystem::absolute(folder);
  while (!std::filesystem::exists(folder) && folder.has_relative_path()) folder = folder.parent_path();
  return free_bytes(folder);
}

Budget make_budget(Context const& context, PlanOptions const& options) {
  drivers::AssetNight const params = night_params(context, options.night);
  Budget budget;
  budget.size = size_of_night(context.comm, params);
  budget.steps = plan_of(drivers::night_steps(context.comm, params), budget.size);
  for (drivers::StepPlan const& step : budget.steps) {
    budget.seconds += step.seconds;
    budget.peak_memory = std::max(budget.peak_memory, step.peak_memory);
    budget.bytes_written += step.bytes_written;
    budget.files += step.files;
  }
  budget.memory_there = io::available_memory_per_rank(context.comm);
  budget.disk_there = context.comm.min(free_above(params.store));
  budget.checkpoint_seconds =
      drivers::checkpoint_interval(options.checkpoint_cost, options.failure_hours * 3600 / context.comm.size());
  return budget;
}

nlohmann::ordered_json size_json(drivers::NightSize const& size) {
  return {{"lines", size.lines()},         {"pairs", size.training.pairs}, {"users", size.training.users},
          {"assets", size.training.items}, {"pictures", size.pictures},    {"trees", size.trees}};
}

double in_mb(std::int64_t bytes) { return static_cast<double>(bytes) / 1e6; }

std::string budget_text(Budget const& budget, int ranks) {
  std::string text;
  nlohmann::ordered_json const size = size_json(budget.size);
  for (auto const& [what, count] : size.items()) {
    if (count.get<std::int64_t>() > 0) {
      text += fmt::format("{}{} {}", text.empty() ? "about " : ", ", count.get<std::int64_t>(), what);
    }
  }
  text += (text.empty() ? "" : "\n") +
          fmt::format("{:<22} {:>9} {:>13} {:>11} {:>6}\n", "step", "seconds", "MB per rank", "MB written", "files");
  for (drivers::StepPlan const& step : budget.steps) {
    text += fmt::format("{:<22} {:>9.2f} {:>13.0f} {:>11.1f} {:>6}\n", step.name, step.seconds, in_mb(step.peak_memory),
                        in_mb(step.bytes_written), step.files);
  }
  text += fmt::format("{:<22} {:>9.2f} {:>13.0f} {:>11.1f} {:>6}\n", "all", budget.seconds, in_mb(budget.peak_memory),
                      in_mb(budget.bytes_written), budget.files);
  text += fmt::format("there is              {:>23.0f} {:>11.0f}   {} ranks: {}\n", in_mb(budget.memory_there),
                      in_mb(budget.disk_there), ranks, budget.fits() ? "it fits" : "it does not fit");
  return text + fmt::format("checkpoints lose least every {:.0f} s (sqrt(2 C M)): checkpoint-seconds = {:.0f}\n",
                            budget.checkpoint_seconds, budget.checkpoint_seconds);
}

std::string budget_json(Budget const& budget, int ranks) {
  nlohmann::json steps = nlohmann::json::array();
  for (drivers::StepPlan const& step : budget.steps) {
    steps.push_back({{"step", step.name},
                     {"seconds", step.seconds},
                     {"peak_memory", step.peak_memory},
                     {"bytes_written", step.bytes_written},
                     {"files", step.files}});
  }
  return nlohmann::json{{"steps", steps},
                        {"ranks", ranks},
                        {"size", size_json(budget.size)},
                        {"seconds", budget.seconds},
                        {"peak_memory", budget.peak_memory},
                        {"bytes_written", budget.bytes_written},
                        {"files", budget.files},
                        {"memory_available", budget.memory_there},
                        {"disk_available", budget.disk_there},
                        {"checkpoint_seconds", budget.checkpoint_seconds},
                        {"fits", budget.fits()}}
             .dump(2) +
         "\n";
}

}  // namespace

Command make_plan_command() {
  auto options = std::make_shared<PlanOptions>();
  Command command{
      "plan", "what a night will need: time, memory, disk and files per step; takes nightly's options", {}, {}, {}};
  add_night_options(command.options, options->night);
  command.options.add_options()("failure-hours",
                                po::value(&options->failure_hours)->default_value(options->failure_hours),
                                "mean time between failures of one process' node, hours")(
      "checkpoint-cost", po::value(&options->checkpoint_cost)->default_value(options->checkpoint_cost),
      "seconds that saving a checkpoint takes");
  command.run = [options](Context const& context) {
    Budget const budget = make_budget(context, *options);
    int const ranks = context.comm.size();
    print_result(context, context.json ? budget_json(budget, ranks) : budget_text(budget, ranks));
    if (!budget.fits()) {
      throw Error("the night needs more than there is: free space, take more ranks on more machines, or less data");
    }
  };
  return command;
}

}  // namespace tidemill::jobs
