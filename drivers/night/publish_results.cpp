#include "drivers/night/publish_results.hpp"

#include <algorithm>

#include "drivers/night/run_steps.hpp"
#include "drivers/night/step_meter.hpp"
#include "drivers/report/page.hpp"
#include "drivers/report/read_assets.hpp"
#include "drivers/report/read_night.hpp"
#include "io/csv/write_csv.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"
#include "io/store/registry.hpp"

namespace tidemill::drivers {
namespace {

namespace fs = std::filesystem;

fs::path results_folder(fs::path const& tenant, RunRecord const& run) {
  auto const results =
      std::find_if(run.steps.begin(), run.steps.end(), [](StepRecord const& step) { return step.name == "results"; });
  if (results == run.steps.end()) throw std::logic_error("a night is published after its step 'results'");
  return folder_of_step(tenant / "cache", results->name, results->key);
}

/// What the step committed, without its own record.
void copy_results(fs::path const& from, fs::path const& to) {
  for (auto const& entry : fs::recursive_directory_iterator(from)) {
    fs::path const target = to / fs::relative(entry.path(), from);
    if (entry.is_directory()) io::make_folders(target);
    if (entry.is_regular_file() && entry.path().filename() != "step.json") io::copy_file(entry.path(), target);
  }
}

/// What both halves of the report show.
struct NightReport {
  report::ReportData data;
  report::AssetReport assets;
};

/// A reused step took what it took when it ran.
double seconds_of_step(RunRecord const& run, std::string const& name) {
  auto const step =
      std::find_if(run.steps.begin(), run.steps.end(), [&](StepRecord const& one) { return one.name == name; });
  return step == run.steps.end() ? 0 : step->seconds + step->saved_seconds;
}

/// Not collective. Where there are no sales the asset half gives the night's date.
NightReport read_report(fs::path const& results_file, RunRecord const& run) {
  NightReport report{report::read_night(results_file, run), report::read_assets(results_file)};
  if (!report.assets.has_sales && report.assets.is_there) report.data.date = report.assets.overview.last_day;
  for (report::ModelQuality& model : report.assets.models) model.seconds = seconds_of_step(run, "model-" + model.model);
  return report;
}

/// Collective. A promotion by hand stays in force when the night is run again.
void keep_aliases(io::Comm const& comm, fs::path const& tenant, std::string const& date, fs::path const& prepared) {
  io::Aliases const decided = io::read_aliases(comm, prepared);
  if (decided.in_use.empty()) return;
  io::Aliases const kept = io::keep_promotion(comm, tenant, date, decided);
  io::commit_text(comm, prepared / io::aliases_name, comm.is_root() ? io::to_json(kept) : "");
}

void write_report(io::Comm const& comm, fs::path const& folder, NightReport& report, RunRecord const& run) {
  std::string page;
  io::agree(comm, "draw the report", [&] {
    if (!comm.is_root()) return;
    report.data.run = run;
    report.data.night_digest = run.night_digest;
    page = report::draw_page(report.data, report.assets);
  });
  io::commit_text(comm, folder / "report.html", page);
  io::commit_text(comm, folder / "record.json", comm.is_root() ? to_json(run) : "");
}

}  // namespace

io::PublishedNight publish_results(io::Comm const& comm, io::Progress& progress, PublishParams const& params,
                                   RunRecord& run) {
  progress.enter_stage();
  StepMeter const meter(comm);
  fs::path const results = results_folder(params.tenant, run);
  run.title = params.title;
  run.currency = params.currency;
  run.interval = params.interval;
  NightReport report;
  io::agree(comm, "read the results", [&] {
    if (comm.is_root()) report = read_report(results / "results.h5", run);
  });
  run.date = comm.broadcast(comm.is_root() ? io::date_text(report.data.date) : "");
  fs::path const prepared = io::begin_night(comm, params.tenant, run.date, params.lease);
  io::agree(comm, "copy the results", [&] {
    if (comm.is_root()) copy_results(results, prepared);
  });
  keep_aliases(comm, params.tenant, run.date, prepared);
  io::PublishedNight const night = io::publish_night(comm, params.tenant, run.date, prepared,
                                                     [&](std::string const& digest) {
                                                       run.night_digest = digest;
                                                       write_report(comm, prepared, report, run);
                                                     },
                                                     {params.lease});
  run.night_digest = night.manifest.digest;
  StepRecord record;
  record.name = "publish";
  record.title = publish_title;
  record.summary = night.unchanged ? "published before, nothing changed" : "nights/" + night.folder.filename().string();
  meter.finish(record);
  run.steps.push_back(record);
  progress.leave_stage(record.summary);
  return night;
}

std::string redraw_report(fs::path const& night) {
  RunRecord const run = run_record_from_json(io::read_file(night / "record.json"), (night / "record.json").string());
  NightReport const report = read_report(night / "results.h5", run);
  return report::draw_page(report.data, report.assets);
}

}  // namespace tidemill::drivers
