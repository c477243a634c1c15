#include "jobs/night/one_night.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>

#include "drivers/night/asset_steps.hpp"
#include "drivers/night/gate_record.hpp"
#include "drivers/night/publish_results.hpp"
#include "drivers/night/retention.hpp"
#include "drivers/night/run_steps.hpp"
#include "io/error.hpp"
#include "io/store/lease.hpp"
#include "io/tables/table.hpp"
#include "jobs/night/alerts.hpp"
#include "jobs/night/night_plan.hpp"
#include "jobs/night/run_folder.hpp"
#include "jobs/night/run_monitor.hpp"
#include "jobs/store_options.hpp"

namespace tidemill::jobs {
namespace {

std::string time_text() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

drivers::RunRecord new_record(Context const& context, NightOptions const& options, RunFolder const& folder) {
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  drivers::RunRecord record;
  record.run = folder.name();
  record.program_version = TIDEMILL_VERSION;
  record.tenant = options.tenant;
  record.started = time_text();
  record.state = "running";
  record.host = host;
  record.process = getpid();
  record.ranks = context.comm.size();
  record.seed = context.seed;
  record.config = context.config_text;
  return record;
}

std::vector<io::Stage> stages_of(std::vector<drivers::Step> const& steps) {
  std::vector<io::Stage> stages;
  for (drivers::Step const& step : steps) stages.push_back({step.title, 0});
  stages.push_back({drivers::publish_title, 0});
  return stages;
}

void check_stop_after(std::string const& name, std::vector<drivers::Step> const& steps) {
  std::vector<std::string> names;
  for (drivers::Step const& step : steps) names.push_back(step.name);
  if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) return;
  throw ConfigError("stop-after = " + name + ": no such step; did you mean '" + io::nearest_name(name, names) + "'?");
}

/// A run that lost its lock must not write another byte into a store where others are at work.
void end_at_once(std::string const& why) {
  fmt::print(stderr, "tidemill: locked: {}\n", why);
  std::_Exit(static_cast<int>(ExitCode::locked));
}

/// Where a run tells of itself.
struct Watching {
  RunFolder const& folder;
  RunMonitor& monitor;
  double started;
};

/// Collective. The same alerts on every rank: those that rank 0 sees.
void judge_night(Context const& context, NightOptions const& options, std::filesystem::path const& tenant,
                 Watching const& watching, drivers::RunRecord& record) {
  double const seconds = context.comm.max(io::seconds_now() - watching.started);
  std::int64_t const free = context.comm.min(free_bytes(tenant));
  record.alerts = alerts_of(record, options.alerts, {seconds, free});
  for (drivers::Alert const& alert : record.alerts) context.progress.say(alert.severity + ": " + alert.message);
  if (context.comm.is_root()) write_alerts(watching.folder.path(), record.alerts);
}

/// Runs the steps and publishes; keeps `record` up to date whatever happens.
io::PublishedNight run_night(Context const& context, NightOptions const& options, drivers::AssetNight const& params,
                             io::Lease const& lease, Watching const& watching, drivers::RunRecord& record) {
  std::filesystem::path const tenant = params.store / params.tenant;
  std::vector<drivers::Step> const steps = drivers::night_steps(context.comm, params);
  check_stop_after(options.stop_after, steps);
  record.plan = plan_of(steps, size_of_night(context.comm, params));
  context.progress.plan(expected_stages(tenant, stages_of(steps)));
  drivers::StepRunOptions run_options{tenant / "cache", options.stop_after, {}};
  run_options.on_step = [&](std::vector<drivers::StepRecord> const& done) {
    record.steps = done;
    watching.folder.write(record);
    watching.monitor.update(record);
  };
  record.steps = drivers::run_steps(context.comm, context.progress, steps, run_options);
  judge_night(context, options, tenant, watching, record);
  std::string const title = options.title.empty() ? options.tenant : options.title;
  return drivers::publish_results(context.comm, context.progress,
                                  {tenant, title, options.currency, params.item_days.interval, &lease}, record);
}

/// Removes the steps that the bounds of the cache leave no room for, and says so in the record. Not collective.
void evict_steps(Context const& context, drivers::CacheBounds const& bounds, std::filesystem::path const& tenant,
                 io::Lease const& lease, drivers::RunRecord& record) {
  drivers::CacheContent const content = drivers::read_cache(tenant);
  drivers::RetentionPlan plan;
  for (drivers::CachedStep const& step :
       drivers::beyond_bounds(content, bounds, static_cast<double>(std::time(nullptr)))) {
    plan.removals.push_back({step.folder, "step", step.bytes});
    plan.bytes += step.bytes;
  }
  drivers::apply_retention(*lease.file(), plan);
  record.evicted_steps = static_cast<std::int64_t>(plan.removals.size());
  record.evicted_bytes = plan.bytes;
  if (plan.removals.empty()) return;
  context.progress.say(fmt::format("cache: {} steps of {} bytes went, {} bytes stay", plan.removals.size(), plan.bytes,
                                   content.bytes - plan.bytes));
}

/// Collective. Keeps the cache within its bounds, now that the night stands. Nothing here can fail a night: what could
/// not be removed is left for the next one, or for gc.
void keep_cache_bounds(Context const& context, NightOptions const& options, std::filesystem::path const& tenant,
                       io::Lease const& lease, Watching const& watching, drivers::RunRecord& record) {
  drivers::CacheBounds const bounds = cache_bounds(options.cache);
  if (!bounds.is_bounded()) return;
  auto const say = [&](std::exception const& error) {
    context.progress.say(fmt::format("cache: {}; run gc to keep its bounds", error.what()));
  };
  try {
    if (context.comm.is_root()) evict_steps(context, bounds, tenant, lease, record);
  } catch (std::exception const& error) {
    say(error);
  }
  if (context.comm.broadcast(record.evicted_steps > 0 ? "1" : "") != "1") return;
  try {
    watching.folder.write(record);
    watching.monitor.update(record);
  } catch (Error const& error) {
    say(error);
  }
}

/// A night whose new model was refused is whole and published, by the champion.
std::string refusal_in(Context const& context, io::PublishedNight const& night, std::string const& verdict,
                       std::string const& what) {
  io::NightManifest const& manifest = night.manifest;
  bool const has_verdict = std::any_of(manifest.files.begin(), manifest.files.end(),
                                       [&](io::NightFile const& file) { return file.path == verdict; });
  if (!has_verdict) return "";
  drivers::GateRecord const record = drivers::read_gate_record(context.comm, night.folder / verdict);
  if (record.verdict.promoted) return "";
  std::string figures;
  for (drivers::GateFigure const& figure : record.verdict.figures) {
    if (std::isnan(figure.improvement)) continue;  // the reason names it
    figures += fmt::format("; {} {:.6g} against {:.6g}, improvement at least {:.6g} and needed above {:.6g}",
                           figure.metric, figure.challenger, figure.champion, figure.lower, figure.limit);
  }
  return fmt::format(
      "the new {} model {} stays out (compared with {}): {}{}. The night is published with {} "
      "of the {}; see {}",
      record.model, record.version, record.compared_with, record.verdict.reason, figures, what, record.rung, verdict);
}

std::string refusal_of(Context const& context, io::PublishedNight const& night) {
  std::string const sales = refusal_in(context, night, "gate.json", "forecasts");
  std::string const assets = refusal_in(context, night, "recommender_gate.json", "lists");
  std::string const texts = refusal_in(context, night, "text_gate.json", "labels");
  std::string all;
  for (std::string const& refusal : {sales, assets, texts})
    all += (all.empty() || refusal.empty() ? "" : "\n") + refusal;
  return all;
}

}  // namespace

NightResult run_one_night(Context const& context, NightOptions const& options,
                          std::function<void(drivers::AssetNight const& params)> const& check) {
  double const started = io::seconds_now();
  drivers::AssetNight const params = night_params(context, options);
  if (check) check(params);
  std::filesystem::path const tenant = make_store(context.comm, options.store, options.tenant, options.group_access);
  io::Lease const lease(context.comm, tenant / "lock", end_at_once);
  RunFolder const folder(context.comm, tenant);
  context.progress.record_to(folder.path());
  drivers::RunRecord record = new_record(context, options, folder);
  folder.write(record);
  RunMonitor monitor(context.comm, {tenant, folder.path(), options.metrics_file, 5}, record);
  io::PublishedNight night;
  try {
    Watching const watching{folder, monitor, started};
    night = run_night(context, options, params, lease, watching, record);
    record.state = night.unchanged ? "unchanged" : "published";
    record.seconds = context.comm.max(io::seconds_now() - started);
    record.finished = time_text();
    folder.write(record);
    monitor.update(record);
    keep_cache_bounds(context, options, tenant, lease, watching, record);
  } catch (Error const& error) {
    record.state = error.code() == ExitCode::resume_later ? "stopped" : "failed";
    record.message = error.what();
    record.seconds = io::seconds_now() - started;
    record.finished = time_text();
    if (record.state == "failed") {
      record.alerts.push_back(failure_alert(record));
      if (context.comm.is_root()) write_alerts(folder.path(), {record.alerts.back()});
    }
    monitor.update(record);
    // An error that all ranks agreed on; after a stray one the others are not here to write with.
    if (error.code() != ExitCode::failed) folder.write(record);
    throw;
  }
  return {night, record, refusal_of(context, night)};
}

}  // namespace tidemill::jobs
