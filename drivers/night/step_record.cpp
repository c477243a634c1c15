#include "drivers/night/step_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

#include "drivers/night/cache_bounds.hpp"
#include "drivers/night/plan_night.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {

// A record of an earlier version lacks the newer fields: they stay as they begin.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Figure, name, labels, value)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(StepPlan, name, seconds, peak_memory, bytes_written, files)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Alert, rule, severity, message, value, limit)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(StepRecord, name, title, key, reused, seconds, rows, summary,
                                                peak_memory, bytes_read, bytes_written, files, inputs, rank_seconds,
                                                work_seconds, rank_bytes_read, rank_bytes_written, saved_seconds,
                                                figures)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(RunRecord, run, program_version, tenant, date, started, state, message,
                                                host, process, ranks, seed, seconds, config, night_digest, title,
                                                currency, interval, steps, plan, alerts, evicted_steps, evicted_bytes,
                                                finished)

namespace {

template <class Record>
std::string written(Record const& record) {
  return nlohmann::json(record).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

/// `needed`: fields that records have had from the first version on.
template <class Record>
Record parsed(std::string const& text, std::string const& where, std::vector<char const*> const& needed) {
  try {
    nlohmann::json const json = nlohmann::json::parse(text);
    for (char const* const field : needed) json.at(field);
    return json.get<Record>();
  } catch (nlohmann::json::exception const& error) {
    throw DataError(fmt::format("{} is not a record of this version: {}", where, error.what()));
  }
}

nlohmann::json totals_json(StepPlan const& all) {
  return {{"seconds", all.seconds},
          {"peak_memory", all.peak_memory},
          {"bytes_written", all.bytes_written},
          {"files", all.files}};
}

}  // namespace

double imbalance(StepRecord const& step) {
  std::vector<double> const& work = step.work_seconds;
  double const total = std::accumulate(work.begin(), work.end(), 0.0);
  if (work.empty() || total <= 0) return 1;
  return *std::max_element(work.begin(), work.end()) * static_cast<double>(work.size()) / total;
}

std::string to_json(RunRecord const& record) {
  nlohmann::json json(record);
  PlannedAndMeasured const both = judged_plan(record);
  json["plan_judged"] = {
      {"steps", both.steps}, {"planned", totals_json(both.planned)}, {"measured", totals_json(both.measured)}};
  CacheUse const use = cache_use_of(record);
  json["cache"] = {{"hits", use.hits},
                   {"steps", use.steps},
                   {"hit_rate", use.hit_rate()},
                   {"saved_seconds", use.saved_seconds},
                   {"evicted_steps", record.evicted_steps},
                   {"evicted_bytes", record.evicted_bytes}};
  return written(json);
}
std::string to_json(StepRecord const& record) { return written(record); }

RunRecord run_record_from_json(std::string const& text, std::string const& where) {
  return parsed<RunRecord>(text, where, {"run", "tenant", "state", "steps"});
}
StepRecord step_record_from_json(std::string const& text, std::string const& where) {
  return parsed<StepRecord>(text, where, {"name", "key", "rows", "files", "inputs"});
}

}  // namespace tidemill::drivers
