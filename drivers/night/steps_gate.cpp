#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "drivers/night/demand_version.hpp"
#include "drivers/night/forecast_file.hpp"
#include "drivers/night/gate_record.hpp"
#include "drivers/night/night_steps.hpp"
#include "drivers/night/price_demand.hpp"
#include "io/csv/write_csv.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"

namespace tidemill::drivers {
namespace {

constexpr char const* gate_baseline = "season_mean";

/// All that the gate of one night looks at.
struct DemandGate {
  StepWork const& work;
  NightParams const& params;
  std::filesystem::path tenant;
  io::Table daily, backtest;
  ForecastResult trained;
  std::string date;       ///< newest business date
  io::ModelAliases base;  ///< in use before this night
  std::string base_night;

  ForecastParams const& forecast() const { return params.backtest.forecast; }
};

std::string newest_date(io::Comm const& comm, io::Table const& daily, std::string const& time) {
  std::int64_t newest = 0;
  for (std::int64_t const day : daily.at(time).integers) newest = std::max(newest, day);
  return io::date_text(comm.max(newest));
}

DemandGate open_gate(StepWork const& work, NightParams const& params) {
  DemandGate gate{work,
                  params,
                  params.store / params.tenant,
                  load_table(work, "daily", "daily"),
                  load_table(work, "backtest", "forecasts"),
                  load_forecast(work.comm, work.folder_of("forecast") / "forecast.h5", params.backtest.forecast),
                  "",
                  {},
                  ""};
  gate.date = newest_date(work.comm, gate.daily, params.backtest.forecast.features.time);
  gate.base_night = io::base_night(work.comm, gate.tenant, gate.date);
  if (gate.base_night.empty()) return gate;
  io::Aliases const aliases = io::read_aliases(work.comm, gate.tenant / "nights" / gate.base_night);
  auto const found = aliases.in_use.find(demand_model);
  if (found != aliases.in_use.end()) gate.base = found->second;
  return gate;
}

/// Errors of the trained model over all horizons of the back-test.
std::map<std::string, double> backtest_metrics(DemandGate const& gate) {
  io::Table const metrics = load_table(gate.work, "backtest", "metrics");
  std::map<std::string, double> values;
  for (char const* name : {"wape", "rmse", "bias", "mase"}) {
    double value = std::numeric_limits<double>::infinity();
    for (std::int64_t row = 0; row < metrics.rows(); ++row) {
      bool const is_total = metrics.at("horizon").integers[static_cast<std::size_t>(row)] == 0;
      double const found = metrics.at(name).number(row);
      if (is_total && metrics.at("model").text(row) == gate.forecast().model && std::isfinite(found)) value = found;
    }
    value = gate.work.comm.min(value);
    if (std::isfinite(value)) values[name] = value;
  }
  return values;
}

std::string register_trained(DemandGate const& gate, JudgedForecasts const& judged) {
  io::Lineage lineage;
  lineage.provenance = {"model", gate.params.config_of("forecast") + gate.params.config_of("backtest"),
                        gate.forecast().trees.seed, sales_inputs(gate.work.comm, gate.params)};
  lineage.date = gate.date;
  lineage.parent = gate.base.champion;
  lineage.metrics = backtest_metrics(gate);
  return register_demand(gate.work.comm, gate.tenant, lineage, gate.trained.blocks, judged);
}

/// A version in use, if it can be read. One read that fails is no damage: that would let any new model in.
std::optional<DemandVersion> version_in_use(DemandGate const& gate, std::string const& version) {
  if (version.empty()) return std::nullopt;
  for (bool is_second_try : {false, true}) {
    try {
      return load_demand(gate.work.comm, gate.tenant, version);
    } catch (Error const& error) {
      if (!is_second_try) continue;
      gate.work.progress.say(fmt::format("{} {} cannot be used: {}", demand_model, version, error.what()));
    }
  }
  return std::nullopt;
}

/// The same recipe on newer data.
bool is_refresh(DemandGate const& gate, DemandVersion const& champion) {
  io::Lineage const& old = champion.info.lineage;
  return champion.info.program_version == TIDEMILL_VERSION && old.provenance.seed == gate.forecast().trees.seed &&
         old.provenance.config == gate.params.config_of("forecast") + gate.params.config_of("backtest");
}

/// Compares with the champion on the days that both forecast; without such days, or without a champion, with the
/// baseline.
void compare_models(DemandGate const& gate, JudgedForecasts const& judged, std::optional<DemandVersion> const& champion,
                    GateRecord& record) {
  GateParams params = gate.params.gate.params;
  params.seed = gate.params.seed;
  auto const judge = [&](JudgedForecasts const& other) {
    return judge_challenger(
        gate.work.comm, paired_rows(pair_forecasts(gate.work.comm, other, judged), gate.params.gate.metrics), params);
  };
  if (champion) {
    params.is_refresh = !gate.params.gate.refresh_must_gain && is_refresh(gate, *champion);
    record.compared_with = champion->info.version;
    record.verdict = judge(champion->judged);
  }
  if (record.verdict.rows == 0) {
    record.compared_with = gate_baseline;
    record.verdict = judge(judged_forecasts(gate.backtest, gate_baseline, gate.forecast()));
  }
  if (params.is_refresh && !record.verdict.promoted && record.verdict.units < params.min_units) {
    record.verdict.promoted = true;
    record.verdict.reason += "; the same recipe on newer data is used all the same";
  }
  if (!champion && !record.verdict.promoted) {
    record.verdict.promoted = true;
    record.verdict.reason = "there is no champion to keep; against the baseline: " + record.verdict.reason;
  }
}

/// The forecasts of a version in use, if its models fit tonight's table and options.
std::optional<ForecastResult> forecast_by(DemandGate const& gate, std::optional<DemandVersion> const& version) {
  if (!version) return std::nullopt;
  try {
    kernels::Exec const exec;
    return forecast_with(gate.work.comm, exec, gate.daily, gate.forecast(), version->blocks);
  } catch (DataError const& error) {
    gate.work.progress.say(fmt::format("{} {} cannot forecast: {}", demand_model, version->info.version, error.what()));
    return std::nullopt;
  }
}

/// The ladder of fallbacks: the trained model where it was promoted, else champion, previous, baseline.
ForecastResult choose_forecast(DemandGate const& gate, std::optional<DemandVersion> const& champion,
                               GateRecord& record) {
  record.rung = "champion";
  if (record.verdict.promoted) return gate.trained;
  if (auto found = forecast_by(gate, champion)) return *found;
  record.rung = "previous";
  if (auto found = forecast_by(gate, version_in_use(gate, gate.base.previous))) return *found;
  record.rung = "baseline";
  ForecastResult result = gate.trained;
  result.forecasts = forecast_baseline(gate.work.comm, gate.daily, gate.forecast(), gate_baseline);
  return result;
}

/// Collective. The slices with a champion of their own, where the night has slices.
void choose_slices(DemandGate const& gate, SliceMap const& map, JudgedForecasts const& judged,
                   std::optional<DemandVersion> const& champion, GateRecord& record) {
  NightGate settings = gate.params.gate;
  settings.params.seed = gate.params.seed;
  SliceContest const contest{settings,
                             map,
                             judged,
                             record.version,
                             record.verdict.promoted,
                             champion,
                             gate.base.slices,
                             [&](std::string const& version) { return version_in_use(gate, version); }};
  record.slices = choose_slice_champions(gate.work.comm, contest);
}

/// Tonight's forecasts, and whole those of the slices' own champions, by version.
struct ServedForecasts {
  ForecastResult all;
  std::map<std::string, ForecastResult> own;
};

/// The version that made the forecasts of no slice's own champion, or the baseline.
std::string maker_for_all(DemandGate const& gate, GateRecord const& record) {
  if (record.verdict.promoted) return record.version;
  if (record.rung == "champion") return gate.base.champion;
  return record.rung == "previous" ? gate.base.previous : gate_baseline;
}

/// The forecasts of one version, of the newly trained one without making them again.
std::optional<ForecastResult> forecasts_by(DemandGate const& gate, std::string const& version,
                                           GateRecord const& record) {
  if (version == record.version) return gate.trained;
  return forecast_by(gate, version_in_use(gate, version));
}

/// Puts the forecasts of the slices' own champions in, as far as these can forecast. Returns the version that made
/// each row.
std::vector<std::string> serve_slices(DemandGate const& gate, SliceMap const& map, GateRecord const& record,
                                      ServedForecasts& served) {
  io::Table& forecasts = served.all.forecasts;
  std::vector<std::string> makers(static_cast<std::size_t>(forecasts.rows()), maker_for_all(gate, record));
  std::set<std::string> asked;
  for (auto const& [slice, version] : own_champions(record.slices)) {
    if (asked.insert(version).second) {
      if (auto found = forecasts_by(gate, version, record)) served.own.emplace(version, std::move(*found));
    }
    auto const own = served.own.find(version);
    if (own == served.own.end()) continue;
    bool const is_served =
        serve_slice(forecasts, own->second.forecasts, gate.forecast().features.series, map, slice, makers, version);
    if (gate.work.comm.min(is_served ? 1 : 0) == 0) {
      throw Error(fmt::format("{} {} forecasts other rows than the champion; run with another gate.slices",
                              demand_model, version));
    }
  }
  return makers;
}

/// Collective. Slices are served by their own champions; every row says which version made it, and which rung that is.
ServedForecasts with_rungs(DemandGate const& gate, SliceMap const& map, ForecastResult result,
                           GateRecord const& record) {
  ServedForecasts served{std::move(result), {}};
  std::vector<std::string> const makers = serve_slices(gate, map, record, served);
  std::vector<std::string> rungs;
  for (std::string const& maker : makers) rungs.push_back(served.own.contains(maker) ? "slice champion" : record.rung);
  io::Comm const& comm = gate.work.comm;
  served.all.forecasts.add(
      io::text_column(comm, "version", makers, "of the model that made the forecast, or the name of a baseline"));
  served.all.forecasts.add(
      io::text_column(comm, "rung", rungs, "what made the forecast: slice champion, champion, previous or baseline"));
  return served;
}

void save_forecasts(DemandGate const& gate, ServedForecasts const& served) {
  std::string const config = gate.params.config_of("forecast");
  save_forecast(gate.work.comm, gate.work.folder / "forecast.h5", config, served.all);
  for (auto const& [version, own] : served.own) {
    save_forecast(gate.work.comm, gate.work.folder / slice_forecast_file(version), config, own);
  }
}

std::vector<Figure> gate_figures(GateRecord const& record) {
  std::map<std::string, std::string> const model{{"model", demand_model}};
  return {{"gate_verdict", model, record.verdict.promoted ? 1.0 : 0.0},
          {"gate_slices", model, static_cast<double>(own_champions(record.slices).size())}};
}

io::Aliases decided_aliases(DemandGate const& gate, GateRecord const& record) {
  io::ModelAliases now = record.verdict.promoted ? io::ModelAliases{record.version, gate.base.champion, {}} : gate.base;
  now.slices = own_champions(record.slices);
  io::Aliases aliases;
  aliases.base = gate.base_night;
  aliases.decided = aliases.in_use = {{demand_model, now}};
  return aliases;
}

StepOutcome run_gate(StepWork const& work, NightParams const& params) {
  DemandGate const gate = open_gate(work, params);
  GateRecord record;
  record.model = demand_model;
  record.date = gate.date;
  record.base = gate.base_night;
  JudgedForecasts const judged = judged_forecasts(gate.backtest, gate.forecast().model, gate.forecast());
  record.version = register_trained(gate, judged);
  std::optional<DemandVersion> const champion = version_in_use(gate, gate.base.champion);
  // A champion that cannot be read does not open the door: the one before it stands in.
  compare_models(gate, judged, champion ? champion : version_in_use(gate, gate.base.previous), record);
  if (!params.gate.is_enabled && !record.verdict.promoted) {
    record.verdict.promoted = true;
    record.verdict.reason = "the gate is off; it says: " + record.verdict.reason;
  }
  SliceMap map;
  if (params.gate.is_enabled && !params.gate.slices.columns.empty()) {
    ForecastParams const& forecast = gate.forecast();
    map = slices_of_units(work.comm, gate.daily, forecast.features.series, forecast.features.time,
                          params.gate.slices.columns);
    choose_slices(gate, map, judged, champion, record);
  }
  // The rung is known once the forecasts are there.
  ForecastResult chosen = choose_forecast(gate, champion, record);
  save_forecasts(gate, with_rungs(gate, map, std::move(chosen), record));
  io::commit_text(work.comm, work.folder / "gate.json", work.comm.is_root() ? to_json(record) : "");
  io::commit_text(work.comm, work.folder / io::aliases_name,
                  work.comm.is_root() ? to_json(decided_aliases(gate, record)) : "");
  return {record.verdict.rows,
          fmt::format("{} {}: {}", record.version, record.verdict.promoted ? "is the champion" : "was refused",
                      record.verdict.reason),
          gate_figures(record)};
}

/// Whether the night would still be compared with the same champion, and its version is where it was put.
bool gate_still_holds(StepWork const& work, NightParams const& params) {
  GateRecord const record = read_gate_record(work.comm, work.folder / "gate.json");
  std::filesystem::path const tenant = params.store / params.tenant;
  if (io::base_night(work.comm, tenant, record.date) != record.base) return false;
  auto const versions = io::list_versions(work.comm, tenant);
  auto const found = versions.find(demand_model);
  return found != versions.end() && std::ranges::find(found->second, record.version) != found->second.end();
}

}  // namespace

Step gate_step(io::Comm const& comm, NightParams const& params) {
  std::string const config = params.config_of("forecast") + params.config_of("backtest") + params.config_of("gate");
  Step step{"gate", "Gate", 2, {"daily", "forecast", "backtest"}, config, {}, {}};
  step.inputs = [&comm, params] { return sales_inputs(comm, params); };
  step.run = [params](StepWork const& work) { return run_gate(work, params); };
  step.still_holds = [params](StepWork const& work) { return gate_still_holds(work, params); };
  return step;
}

}  // namespace tidemill::drivers
