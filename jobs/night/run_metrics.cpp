#include "jobs/night/run_metrics.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "drivers/night/cache_bounds.hpp"
#include "io/progress/prometheus.hpp"

namespace tidemill::jobs {
namespace {

using io::PrometheusText;
using Steps = std::vector<drivers::StepRecord>;

constexpr std::size_t most_ranks = 64;

/// What the figures that steps give mean; others are told as they are.
std::string help_of_figure(std::string const& name) {
  static std::map<std::string, std::string> const known{
      {"rows_read", "Rows of the raw files."},
      {"rows_quarantined", "Rows set aside with a reason."},
      {"forecast_wape", "Error of the back-test: sum of absolute errors over sum of sales."},
      {"forecast_rmsse", "Root mean squared scaled error of the back-test."},
      {"forecast_bias", "Forecast less sales over sales in the back-test."},
      {"forecast_coverage", "Share of outcomes inside the forecast's range in the back-test."},
      {"drift_psi", "Population stability index of a column against its reference."},
      {"drift_ks", "Kolmogorov-Smirnov distance of a column against its reference."},
      {"drift_js", "Jensen-Shannon divergence of a column against its reference, bits."},
      {"drift_level", "0 steady, 1 moderate, 2 major drift of a column."},
      {"gate_verdict", "1 when the gate took the challenger, 0 when it kept the champion."},
      {"gate_refreshed", "1 when the recipe in use was taken on newer data, since the challenger stays out."},
      {"gate_slices", "Slices that a champion of their own serves."}};
  auto const found = known.find(name);
  return found == known.end() ? "A figure of a step." : found->second;
}

class Writer {
 public:
  explicit Writer(drivers::RunRecord const& record) : record_(record) {}

  void run(char const* name, char const* help, double value, PrometheusText::Labels labels = {}) {
    text_.gauge(name, help);
    add(std::move(labels), value);
  }
  void state() {
    text_.gauge("run_state", "1 for the state that the newest run is in.");
    for (char const* state : {"running", "stopped", "failed", "published", "unchanged"}) {
      add({{"state", state}}, record_.state == state ? 1 : 0);
    }
  }
  template <class Value>
  void per_step(char const* name, char const* help, Value const& value) {
    text_.gauge(name, help);
    for (drivers::StepRecord const& step : record_.steps) add({{"step", step.name}}, value(step));
  }
  template <class T>
  void per_rank(char const* name, char const* help, std::vector<T> drivers::StepRecord::*values) {
    text_.gauge(name, help);
    for (drivers::StepRecord const& step : record_.steps) {
      std::vector<T> const& all = step.*values;
      for (std::size_t rank = 0; rank < std::min(all.size(), most_ranks); ++rank) {
        add({{"step", step.name}, {"rank", std::to_string(rank)}}, static_cast<double>(all[rank]));
      }
    }
  }
  void plan() {
    text_.gauge("step_planned_seconds", "Time that the plan gave the step.");
    for (drivers::StepPlan const& step : record_.plan) add({{"step", step.name}}, step.seconds);
    text_.gauge("step_planned_peak_memory_bytes", "Memory that the plan gave the step on one rank.");
    for (drivers::StepPlan const& step : record_.plan) {
      add({{"step", step.name}}, static_cast<double>(step.peak_memory));
    }
  }
  void alerts() {
    text_.gauge("alerts", "Limits of the configuration that the run broke.");
    std::map<std::pair<std::string, std::string>, int> counts;
    for (drivers::Alert const& alert : record_.alerts) ++counts[{alert.rule, alert.severity}];
    for (auto const& [key, count] : counts) add({{"rule", key.first}, {"severity", key.second}}, count);
  }
  void figures() {
    std::map<std::string, std::vector<std::pair<PrometheusText::Labels, double>>> families;
    for (drivers::StepRecord const& step : record_.steps) {
      for (drivers::Figure const& figure : step.figures) families[figure.name].push_back({figure.labels, figure.value});
    }
    for (auto const& [name, samples] : families) {
      text_.gauge(name, help_of_figure(name));
      for (auto const& [labels, value] : samples) add(labels, value);
    }
  }
  std::string const& text() const { return text_.text(); }

 private:
  void add(PrometheusText::Labels labels, double value) {
    labels["tenant"] = record_.tenant;
    text_.sample(labels, value);
  }
  drivers::RunRecord const& record_;
  PrometheusText text_;
};

void add_run(Writer& out, drivers::RunRecord const& record, RunMoment const& moment) {
  auto const time = [](std::int64_t seconds) { return static_cast<double>(seconds); };
  out.run("run_info", "The newest run.", 1,
          {{"run", record.run}, {"version", record.program_version}, {"host", record.host}});
  out.state();
  out.run("run_ranks", "Processes of the run.", record.ranks);
  out.run("run_start_timestamp_seconds", "When the run began.", time(moment.started));
  out.run("run_heartbeat_timestamp_seconds", "When this text was written; a run at work writes it every few seconds.",
          time(moment.heartbeat));
  out.run("run_last_progress_timestamp_seconds", "When the run last got on.", time(moment.moved));
  out.run("run_progress_ratio", "Share of the run that is done.", moment.share_done);
  out.run("run_seconds", "How long the run took or has taken.",
          record.seconds > 0 ? record.seconds : time(moment.heartbeat - moment.started));
  if (moment.last_published > 0) {
    out.run("night_published_timestamp_seconds", "When the published night was last exchanged.",
            time(moment.last_published));
  }
  out.run("disk_free_bytes", "Free space where the store lies.", time(moment.disk_free));
  out.run("process_peak_memory_bytes", "Most memory that rank 0 has held since the step began.",
          time(moment.usage.peak_memory));
  out.run("process_read_bytes", "What rank 0 has read.", time(moment.usage.bytes_read));
  out.run("process_written_bytes", "What rank 0 has written.", time(moment.usage.bytes_written));
}

void add_steps(Writer& out) {
  using drivers::StepRecord;
  out.per_step("step_seconds", "Time of the step's slowest rank.", [](StepRecord const& step) { return step.seconds; });
  out.per_step("step_reused", "1 when the step's result was there already.",
               [](StepRecord const& step) { return step.reused ? 1 : 0; });
  out.per_step("step_saved_seconds", "Time that reusing the step's result saved.",
               [](StepRecord const& step) { return step.saved_seconds; });
  out.per_step("step_rows", "Rows the step made.",
               [](StepRecord const& step) { return static_cast<double>(step.rows); });
  out.per_step("step_peak_memory_bytes", "Most memory that one rank held.", [](StepRecord const& step) {
    auto const most = std::max_element(step.peak_memory.begin(), step.peak_memory.end());
    return most == step.peak_memory.end() ? 0.0 : static_cast<double>(*most);
  });
  out.per_step("step_imbalance_ratio", "Most work of a rank over the mean of the ranks.", drivers::imbalance);
  out.per_rank("step_rank_seconds", "Time of the step on a rank.", &StepRecord::rank_seconds);
  out.per_rank("step_rank_work_seconds", "The same without collective calls.", &StepRecord::work_seconds);
  out.per_rank("step_rank_peak_memory_bytes", "Most memory that a rank held.", &StepRecord::peak_memory);
  out.per_rank("step_rank_read_bytes", "What a rank read.", &StepRecord::rank_bytes_read);
  out.per_rank("step_rank_written_bytes", "What a rank wrote.", &StepRecord::rank_bytes_written);
}

void add_cache(Writer& out, drivers::RunRecord const& record) {
  drivers::CacheUse const use = drivers::cache_use_of(record);
  out.run("cache_hits", "Steps whose result was there already.", static_cast<double>(use.hits));
  out.run("cache_hit_ratio", "The same as a share of all steps.", use.hit_rate());
  out.run("cache_saved_seconds", "Time that reusing results saved.", use.saved_seconds);
  out.run("cache_evicted_steps", "Steps that the bounds of the cache left no room for.",
          static_cast<double>(record.evicted_steps));
  out.run("cache_evicted_bytes", "Bytes of these steps.", static_cast<double>(record.evicted_bytes));
}

}  // namespace

std::string metrics_text(drivers::RunRecord const& record, RunMoment const& moment) {
  Writer out(record);
  add_run(out, record, moment);
  add_steps(out);
  add_cache(out, record);
  out.plan();
  out.alerts();
  out.figures();
  return out.text();
}

}  // namespace tidemill::jobs
