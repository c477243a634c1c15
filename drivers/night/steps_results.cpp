#include <algorithm>
#include <filesystem>

#include "drivers/night/asset_steps.hpp"
#include "drivers/night/forecast_file.hpp"
#include "drivers/night/night_steps.hpp"
#include "drivers/night/night_texts.hpp"
#include "drivers/night/recommender_version.hpp"
#include "io/csv/write_csv.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"
#include "io/store/registry.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {
namespace {

struct Result {
  std::string name;  ///< of the group in results.h5 and of the CSV file
  std::string step;
  std::string file;
};

std::vector<Result> const& results() {
  static std::vector<Result> const all{{"item_days", "totals", "item_days"},
                                       {"backtest", "backtest", "metrics"},
                                       {"menu", "menu", "menu"},
                                       {"elasticities", "elasticity", "elasticities"},
                                       {"prices", "price", "prices"},
                                       {"price_curves", "price", "curves"},
                                       {"promotions", "promotion", "promotions"},
                                       {"strategies", "promotion", "strategies"},
                                       {"bought_together", "promotion", "pairs"},
                                       {"trends", "trend", "trends"},
                                       {"drift", "drift", "columns"},
                                       {"drift_bins", "drift", "bins"},
                                       {"sources", "quality", "sources"},
                                       {"quarantine", "quality", "quarantine"},
                                       {"assets", "catalogue", "catalogue"},
                                       {"interactions", "interactions", "overview"},
                                       {"interaction_quarantine", "interactions", "quarantine"},
                                       {"model_metrics", "judge", "metrics"},
                                       {"recommender_gate", "recommender_gate", "figures"},
                                       {"recommendations", "recommend", "recommendations"},
                                       {"audience", "recommend", "audience"},
                                       {"similar", "similar", "similar"},
                                       {"attention", "recommend", "attention"},
                                       {"example_lists", "recommend", "examples"},
                                       {"example_neighbours", "similar", "examples"},
                                       {"asset_trends", "asset_trends", "trends"},
                                       {"asset_weeks", "asset_trends", "weeks"},
                                       {"text_labels", "text_gate", "labels"},
                                       {"text_quality", "texts", "quality"},
                                       {"asset_quality", "pictures", "quality"},
                                       {"duplicates", "pictures", "duplicates"},
                                       {"thumbnails", "pictures", "thumbnails"}};
  return all;
}

bool is_there(io::Comm const& comm, std::filesystem::path const& file) {
  return comm.broadcast(comm.is_root() && std::filesystem::exists(file) ? "1" : "") == "1";
}

struct NamedTable {
  std::string name;
  io::Table table;
};

bool contains(std::vector<std::string> const& names, std::string const& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Forecasts first, then the tables of the steps that `names` has, as far as these found something to say.
std::vector<NamedTable> collect(StepWork const& work, std::vector<std::string> const& names) {
  std::vector<NamedTable> tables;
  if (contains(names, "gate")) {
    std::filesystem::path const forecast = work.folder_of("gate") / "forecast.h5";
    tables = {{"forecast", load_forecast_table(work.comm, forecast, "forecasts")},
              {"importance", load_forecast_table(work.comm, forecast, "importance")}};
  }
  for (Result const& result : results()) {
    if (!contains(names, result.step)) continue;
    if (!is_there(work.comm, work.folder_of(result.step) / (result.file + ".h5"))) continue;
    tables.push_back({result.name, load_table(work, result.step, result.file)});
  }
  return tables;
}

/// Collective. The recommender that made the lists travels with the night.
void copy_recommender(StepWork const& work, NightParams const& params) {
  std::string const version = listing_version(work);
  io::agree(work.comm, "copy the recommender", [&] {
    if (!work.comm.is_root()) return;
    io::copy_file(io::version_file(params.store / params.tenant, recommender_model, version),
                  work.folder / "recommender.h5");
  });
}

/// Collective. The model that labels texts serves `tidemill score` too.
void copy_text_model(StepWork const& work, NightParams const& params) {
  std::string const version = labelling_version(work);
  io::agree(work.comm, "copy the model of texts", [&] {
    if (!work.comm.is_root()) return;
    io::copy_file(io::version_file(params.store / params.tenant, texts_model, version), work.folder / "text_model.h5");
  });
}

/// Collective. The verdicts and the names of the versions in use are part of the night.
void copy_verdicts(StepWork const& work, std::filesystem::path const& tenant, std::vector<std::string> const& names) {
  io::Aliases all;
  for (char const* gate : {"gate", "recommender_gate", "text_gate"}) {
    if (!contains(names, gate)) continue;
    std::filesystem::path const folder = work.folder_of(gate);
    std::string const verdict = std::string(gate) + ".json";
    io::agree(work.comm, "copy the gate's verdict", [&] {
      if (work.comm.is_root()) io::copy_file(folder / verdict, work.folder / verdict);
    });
    io::Aliases const decided = io::read_aliases(work.comm, folder);
    all.base = decided.base;
    all.decided.insert(decided.decided.begin(), decided.decided.end());
    all.in_use.insert(decided.in_use.begin(), decided.in_use.end());
  }
  if (all.in_use.empty()) return;
  // What tonight trains no model of stays in use.
  if (!all.base.empty()) {
    io::Aliases const before = io::read_aliases(work.comm, tenant / "nights" / all.base);
    all.in_use.insert(before.in_use.begin(), before.in_use.end());
  }
  io::commit_text(work.comm, work.folder / io::aliases_name, work.comm.is_root() ? io::to_json(all) : "");
}

/// Sales that are given or that the store holds; a night without either and without assets says so in its first step.
bool has_sales(io::Comm const& comm, AssetNight const& params) {
  return !params.sources.empty() || !params.asset.is_given() || !sales_inputs(comm, params).empty();
}

std::vector<Step> sales_steps(io::Comm const& comm, NightParams const& params) {
  std::vector<Step> steps;
  if (!params.sources.empty()) steps.push_back(ingest_step(comm, params));
  for (Step const& step :
       {quality_step(comm, params), daily_step(comm, params), forecast_step(params), backtest_step(params),
        gate_step(comm, params), totals_step(params), elasticity_step(params), price_step(params),
        menu_step(comm, params), trend_step(params), promotion_step(comm, params), drift_step(params)}) {
    steps.push_back(step);
  }
  return steps;
}

}  // namespace

std::vector<Step> night_steps(io::Comm const& comm, NightParams const& params) {
  AssetNight sales_only;
  static_cast<NightParams&>(sales_only) = params;
  return night_steps(comm, sales_only);
}

std::vector<Step> night_steps(io::Comm const& comm, AssetNight const& params) {
  std::vector<Step> steps;
  bool const sales = has_sales(comm, params);
  if (!sales && !params.asset.has_interactions() && !params.date) {
    throw ConfigError(
        "pictures or texts alone give the night no date; add --date 2026-11-20, sales or asset.interactions");
  }
  if (sales) steps = sales_steps(comm, params);
  AssetNight assets = params;
  assets.asset.is_beside_sales = sales;
  for (Step const& step : asset_steps(comm, assets)) steps.push_back(step);
  steps.push_back(results_step(params, steps));
  return steps;
}

Step results_step(NightParams const& params, std::vector<Step> const& before) {
  std::string config;
  for (auto const& [section, text] : params.config) config += text;
  std::vector<std::string> names;
  for (Step const& step : before) names.push_back(step.name);
  Step step{"results", "Results", 1, names, config, {}, {}};
  step.run = [params, config, names](StepWork const& work) -> StepOutcome {
    std::vector<NamedTable> const tables = collect(work, names);
    io::Provenance const provenance{"result", config, params.seed, sales_inputs(work.comm, params)};
    io::commit_hdf5(work.comm, work.folder / "results.h5", provenance, [&](io::Hdf5File& file) {
      for (NamedTable const& named : tables) io::write_table(file, named.name, named.table);
    });
    std::int64_t rows = 0;
    for (NamedTable const& named : tables) {
      bool const is_for_report = named.name == "thumbnails";
      if (!is_for_report) io::write_csv(work.comm, work.folder / "csv" / (named.name + ".csv"), named.table);
      rows += named.table.range.total;
    }
    if (contains(names, "recommender_gate")) copy_recommender(work, params);
    if (contains(names, "text_gate")) copy_text_model(work, params);
    copy_verdicts(work, params.store / params.tenant, names);
    return {rows, std::to_string(tables.size()) + " tables as HDF5 and CSV"};
  };
  return step;
}

}  // namespace tidemill::drivers
