#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "io/error.hpp"
#include "io/store/lease.hpp"
#include "jobs/commands.hpp"
#include "jobs/night/run_folder.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct StatusOptions {
  std::string store, tenant = "main";
  bool follow = false;
};

/// A run that says "running" while nobody holds its lock was killed.
std::string state_of(drivers::RunRecord const& record, std::filesystem::path const& tenant) {
  if (record.state != "running") return record.message.empty() ? record.state : record.state + ": " + record.message;
  std::string const holder = io::living_holder(tenant / "lock");
  return holder.empty() ? "killed (nobody holds its lock); run the same command again to go on" : "running, " + holder;
}

std::string text_of(drivers::RunRecord const& record, std::string const& state) {
  std::string text = fmt::format("run {} of {}, started {}, {} ranks: {}\n", record.run, record.tenant, record.started,
                                 record.ranks, state);
  for (drivers::StepRecord const& step : record.steps) {
    std::int64_t const memory =
        step.peak_memory.empty() ? 0 : *std::max_element(step.peak_memory.begin(), step.peak_memory.end());
    text += fmt::format("  {:<20} {:>9} {:>10} rows {:>7.0f} MB  {}\n", step.title,
                        step.reused ? "reused" : fmt::format("{:.2f} s", step.seconds), step.rows,
                        static_cast<double>(memory) / 1e6, step.summary);
  }
  if (!record.night_digest.empty()) text += fmt::format("  night {}, digest {}\n", record.date, record.night_digest);
  return text;
}

struct Status {
  drivers::RunRecord record;
  std::string state;
};

Status read_status(StatusOptions const& options) {
  std::filesystem::path const tenant = std::filesystem::path(options.store) / options.tenant;
  auto record = newest_run(tenant);
  if (!record) throw DataError("no run of " + options.tenant + " in " + options.store + "; start one with nightly");
  return {*record, state_of(*record, tenant)};
}

/// Prints again whenever something changed, until the run has ended.
void follow(Context const& context, StatusOptions const& options) {
  std::string shown;
  for (Status status = read_status(options);; status = read_status(options)) {
    std::string const text = text_of(status.record, status.state);
    if (text != shown) print_result(context, text);
    shown = text;
    if (!status.state.starts_with("running")) return;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

}  // namespace

Command make_status_command() {
  auto options = std::make_shared<StatusOptions>();
  Command command{"status", "show the newest run of a tenant step by step", {}, {}, {}};
  command.options.add_options()("store", po::value(&options->store)->required(), "folder of the store")(
      "tenant", po::value(&options->tenant)->default_value(options->tenant), "whose run")(
      "follow", po::bool_switch(&options->follow), "until the run ends");
  command.run = [options](Context const& context) {
    io::agree(context.comm, "read the status", [&] {
      if (!context.comm.is_root()) return;
      if (options->follow) return follow(context, *options);
      Status const status = read_status(*options);
      print_result(context, context.json ? drivers::to_json(status.record) : text_of(status.record, status.state));
    });
  };
  return command;
}

}  // namespace tidemill::jobs
