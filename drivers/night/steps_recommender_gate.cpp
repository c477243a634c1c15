#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/gate/paired_ranking.hpp"
#include "drivers/interactions/realign.hpp"
#include "drivers/metrics/ranking.hpp"
#include "drivers/night/gate_record.hpp"
#include "drivers/night/night_steps.hpp"
#include "drivers/night/ranked_lists.hpp"
#include "drivers/night/recommender_version.hpp"
#include "drivers/night/train_again.hpp"
#include "drivers/panel/row_columns.hpp"
#include "drivers/recommend/cold_items.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"

namespace tidemill::drivers {
namespace {

/// All that the gate looks at.
struct RecommenderGate {
  StepWork const& work;
  AssetNight const& params;
  RecommenderInUse in_use;
  AssetModel const& best;     ///< of tonight's models
  NightRecommender held_out;  ///< the same, without the pairs held out
  Interactions known, test;   ///< the same users on this rank
  std::map<std::string, std::string> const inputs;

  std::filesystem::path tenant() const { return params.store / params.tenant; }
};

RecommenderGate open_recommender_gate(StepWork const& work, AssetNight const& params,
                                      std::map<std::string, std::string> inputs) {
  AssetModel const& best = model_named(params, judged_model(work, "is_champion"));
  Interactions known = load_interactions(work, "split", "known");
  Interactions test = realign(work.comm, load_interactions(work, "split", "test"), known.users);
  return {work,
          params,
          recommender_in_use(work),
          best,
          load_recommender(work, step_of_model(best), "model", best),
          std::move(known),
          std::move(test),
          std::move(inputs)};
}

/// What decides a recommender beside data, in a form that tells whether a version is of the same recipe.
std::string recipe_of(RecommenderGate const& gate, std::string const& config) {
  return config + lines_of(gate.params.config_of("asset"), "asset",
                           {"holdout", "holdout-items", "holdout-days", "holdout-share"});
}

/// Metrics of tonight's best on the test pairs.
std::map<std::string, double> test_metrics(RecommenderGate const& gate) {
  io::Table const table = load_table(gate.work, "judge", "metrics");
  std::map<std::string, double> metrics;
  for (char const* name : {"ndcg", "recall", "hit", "coverage"}) {
    double value = std::numeric_limits<double>::infinity();
    for (std::int64_t row = 0; row < table.rows(); ++row) {
      bool const is_it = table.at("model").text(row) == gate.best.name && table.at("part").text(row) == "test";
      if (is_it && std::isfinite(table.at(name).number(row))) value = table.at(name).number(row);
    }
    value = gate.work.comm.min(value);
    if (std::isfinite(value)) metrics[name] = value;
  }
  return metrics;
}

/// Registers what was trained with and without the held-out pairs; returns the version.
std::string register_contender(RecommenderGate const& gate, std::string const& config, NightRecommender const& lists,
                               NightRecommender const& held_out, std::map<std::string, double> const& metrics) {
  io::Lineage lineage;
  lineage.provenance = {"model", recipe_of(gate, config), gate.params.seed, gate.inputs};
  if (!lists.card.parent.empty()) lineage.provenance.inputs["begun at " + lists.card.parent] = gate.in_use.digest;
  lineage.date = gate.in_use.date;
  lineage.parent = gate.in_use.used.champion;
  lineage.metrics = metrics;
  return register_recommender(gate.work.comm, gate.tenant(), lineage, lists, held_out);
}

/// The lists of a model that numbers items in its own way, for the users and in the items of `gate.known`.
Interactions lists_by(RecommenderGate const& gate, NightRecommender const& other) {
  EntityIds const& theirs = other.card.histories.item_ids;
  Interactions const histories = with_items(gate.work.comm, gate.known, theirs);
  RankedLists lists = other.model->top_k(histories, histories, gate.params.asset.k);
  std::vector<std::int64_t> const number = numbers_of(as_column(theirs), gate.known.item_ids);
  for (std::int32_t& item : lists.item) {
    if (item >= 0) item = static_cast<std::int32_t>(number[static_cast<std::size_t>(item)]);
  }
  return as_interactions(gate.known, lists);
}

/// One of tonight's models against another, on the test pairs that neither was trained on.
GateVerdict judge_against(RecommenderGate const& gate, NightRecommender const& tonight, NightRecommender const& other,
                          GateParams const& params) {
  io::Comm const& comm = gate.work.comm;
  AssetNightParams const& asset = gate.params.asset;
  Interactions const seen = in_terms_of(comm, other.card.histories, gate.known);
  Interactions const relevant = without_pairs(gate.test, seen);
  Interactions const challenger = as_interactions(gate.known, tonight.model->top_k(gate.known, gate.known, asset.k));
  Interactions const champion = lists_by(gate, other);
  return judge_challenger(comm, paired_ranking(comm, {relevant, champion, challenger}, asset.gate_metrics, asset.k),
                          params);
}

AssetModel const& baseline_of(AssetNight const& params) {
  for (AssetModel const& model : params.asset.models) {
    if (model.is_baseline) return model;
  }
  throw std::logic_error("the night has no baseline");
}

/// The same recipe on newer data.
bool is_refreshed(RecommenderGate const& gate) {
  io::VersionInfo const old = io::read_version(gate.work.comm, gate.tenant(), recommender_model, gate.in_use.version);
  return old.program_version == TIDEMILL_VERSION && old.lineage.provenance.seed == gate.params.seed &&
         old.lineage.provenance.config == recipe_of(gate, gate.best.config);
}

/// Where too few users can be judged, the same recipe on newer data is used all the same.
void let_refreshed_in(GateVerdict& verdict, GateParams const& params) {
  if (!params.is_refresh || verdict.promoted || verdict.units >= params.min_units) return;
  verdict.promoted = true;
  verdict.reason += "; the same recipe on newer data is used all the same";
}

/// Tonight's best is of another recipe and stays out. So that the lists do not age, the recipe in use is trained on
/// tonight's pairs and faces the gate itself.
std::optional<RefreshRecord> refresh_recipe(RecommenderGate const& gate, NightRecommender const& in_use,
                                            GateParams params) {
  std::optional<Contender> const again = train_recipe_again(gate.work, gate.params, gate.in_use);
  if (!again) return std::nullopt;
  params.is_refresh = !gate.params.gate.refresh_must_gain;
  RefreshRecord record;
  record.compared_with = gate.in_use.version;
  record.verdict = judge_against(gate, again->held_out, in_use, params);
  let_refreshed_in(record.verdict, params);
  std::map<std::string, double> metrics;
  for (GateFigure const& figure : record.verdict.figures) {
    if (std::isfinite(figure.challenger)) metrics[figure.metric] = figure.challenger;
  }
  record.version = register_contender(gate, again->config, again->lists, again->held_out, metrics);
  return record;
}

bool is_refreshed_in(GateRecord const& record) { return record.refreshed && record.refreshed->verdict.promoted; }

GateRecord decide_recommender(RecommenderGate const& gate) {
  GateParams params = gate.params.gate.params;
  params.seed = gate.params.seed;
  GateRecord record;
  record.model = recommender_model;
  record.date = gate.in_use.date;
  record.base = gate.in_use.base;
  record.version =
      register_contender(gate, gate.best.config, load_recommender(gate.work, "champion", "champion", gate.best),
                         gate.held_out, test_metrics(gate));
  record.rung = gate.in_use.version == gate.in_use.used.champion ? "champion" : "previous";
  if (gate.in_use.version.empty()) {
    AssetModel const& baseline = baseline_of(gate.params);
    record.compared_with = baseline.name;
    record.verdict = judge_against(gate, gate.held_out,
                                   load_recommender(gate.work, step_of_model(baseline), "model", baseline), params);
    if (!record.verdict.promoted) {
      record.verdict.reason = "there is no champion to keep; against the baseline: " + record.verdict.reason;
    }
    record.verdict.promoted = true;
    record.rung = "champion";
    return record;
  }
  bool const is_same_recipe = is_refreshed(gate);
  params.is_refresh = !gate.params.gate.refresh_must_gain && is_same_recipe;
  record.compared_with = gate.in_use.version;
  NightRecommender const in_use = load_recommender_version(gate.work.comm, gate.tenant(), gate.in_use.version,
                                                           VersionPart::held_out, gate.params.asset.load);
  record.verdict = judge_against(gate, gate.held_out, in_use, params);
  let_refreshed_in(record.verdict, params);
  if (!gate.params.gate.is_enabled && !record.verdict.promoted) {
    record.verdict.promoted = true;
    record.verdict.reason = "the gate is off; it says: " + record.verdict.reason;
  }
  if (!record.verdict.promoted && !is_same_recipe) record.refreshed = refresh_recipe(gate, in_use, params);
  if (record.verdict.promoted || is_refreshed_in(record)) record.rung = "champion";
  return record;
}

io::Aliases recommender_aliases(RecommenderGate const& gate, GateRecord const& record) {
  io::ModelAliases now = gate.in_use.used;
  if (is_refreshed_in(record)) now = {record.refreshed->version, gate.in_use.used.champion};
  if (record.verdict.promoted) now = {record.version, gate.in_use.used.champion};
  io::Aliases aliases;
  aliases.base = gate.in_use.base;
  aliases.decided = aliases.in_use = {{recommender_model, now}};
  return aliases;
}

/// A figure of one of tonight's verdicts.
struct VerdictRow {
  std::string version, compared_with;
  GateVerdict const* verdict;
  GateFigure figure;
};

std::vector<VerdictRow> verdict_rows(GateRecord const& record) {
  std::vector<VerdictRow> rows;
  auto const add = [&](std::string const& version, std::string const& compared_with, GateVerdict const& verdict) {
    for (GateFigure const& figure : verdict.figures) rows.push_back({version, compared_with, &verdict, figure});
  };
  add(record.version, record.compared_with, record.verdict);
  if (record.refreshed) add(record.refreshed->version, record.refreshed->compared_with, record.refreshed->verdict);
  return rows;
}

/// The figures of the verdicts, for tables and the report.
io::Table verdict_table(io::Comm const& comm, GateRecord const& record) {
  using Row = VerdictRow;
  std::vector<Row> rows;
  if (comm.is_root()) rows = verdict_rows(record);
  RowColumns<Row> columns(comm, rows);
  auto const integer = io::ColumnType::integer;
  columns
      .text("version", "tonight's recommender; then the recipe in use on tonight's data",
            [](Row const& r) { return r.version; })
      .text("compared_with", "version in use before, or a baseline", [](Row const& r) { return r.compared_with; })
      .integer("promoted", integer, "0/1", "it makes the lists",
               [](Row const& r) { return r.verdict->promoted ? 1 : 0; })
      .text("reason", "of the decision", [](Row const& r) { return r.verdict->reason; })
      .text("rung", "what made the lists: champion (tonight's if promoted) or previous",
            [&](Row const&) { return record.rung; })
      .integer("users", integer, "users", "judged", [](Row const& r) { return r.verdict->units; })
      .text("metric", "ranking metric, mean over users", [](Row const& r) { return r.figure.metric; })
      .text("role", "target or guardrail",
            [](Row const& r) { return std::string(r.figure.is_target ? "target" : "guardrail"); })
      .real("champion", "", "of the one compared with", [](Row const& r) { return r.figure.champion; })
      .real("challenger", "", "of tonight's", [](Row const& r) { return r.figure.challenger; })
      .real("improvement", "", "challenger less champion", [](Row const& r) { return r.figure.improvement; })
      .real("lower", "", "bound of the improvement", [](Row const& r) { return r.figure.lower; })
      .real("upper", "", "bound of the improvement", [](Row const& r) { return r.figure.upper; })
      .real("needed_above", "", "that the lower bound must exceed", [](Row const& r) { return r.figure.limit; })
      .integer("passed", integer, "0/1", "the lower bound does", [](Row const& r) { return r.figure.passed ? 1 : 0; });
  return columns.take();
}

/// What was decided, in a line.
std::string decision_text(GateRecord const& record) {
  std::string text = fmt::format("{} {}: {}", record.version,
                                 record.verdict.promoted ? "is the champion" : "was refused", record.verdict.reason);
  if (record.refreshed) {
    text += fmt::format("; the recipe in use on tonight's data, {}, {}: {}", record.refreshed->version,
                        record.refreshed->verdict.promoted ? "is the champion" : "was refused too",
                        record.refreshed->verdict.reason);
  }
  return text;
}

std::map<std::string, std::string> asset_raw_inputs(io::Comm const& comm, AssetNight const& params) {
  std::map<std::string, std::filesystem::path> files{{"catalogue", params.asset.catalogue}};
  for (std::size_t i = 0; i < params.asset.interactions.size(); ++i) {
    files[fmt::format("interactions {:04}", i)] = params.asset.interactions[i];
  }
  return file_inputs(comm, files);
}

}  // namespace

Step recommender_gate_step(AssetNight const& params) {
  std::vector<std::string> after{"interactions", "in_use", "split", "judge", "champion"};
  if (!params.asset.catalogue.empty()) after.push_back("catalogue");
  std::string config = lines_of(params.config_of("asset"), "asset",
                                {"k", "gate-metrics", "holdout", "holdout-items", "holdout-days", "holdout-share"}) +
                       lines_of(params.config_of("gate"), "gate",
                                {"enabled", "refresh-must-gain", "confidence", "resamples", "tolerance", "min-units"}) +
                       fmt::format("seed = {}\n", params.seed);
  for (AssetModel const& model : params.asset.models) {
    after.push_back(step_of_model(model));
    config += model.config;
  }
  Step step{"recommender_gate", "Gate of the recommender", 2, after, config, {}, {}};
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    RecommenderGate const gate = open_recommender_gate(work, params, asset_raw_inputs(work.comm, params));
    GateRecord const record = decide_recommender(gate);
    bool const is_root = work.comm.is_root();
    save_table(work, "figures", config, verdict_table(work.comm, record));
    io::commit_text(work.comm, work.folder / "recommender_gate.json", is_root ? to_json(record) : "");
    io::commit_text(work.comm, work.folder / io::aliases_name,
                    is_root ? to_json(recommender_aliases(gate, record)) : "");
    return {record.verdict.rows,
            decision_text(record),
            {{"gate_verdict", {{"model", recommender_model}}, record.verdict.promoted ? 1.0 : 0.0},
             {"gate_refreshed", {{"model", recommender_model}}, is_refreshed_in(record) ? 1.0 : 0.0}}};
  };
  step.still_holds = [params](StepWork const& work) {
    GateRecord const record = read_gate_record(work.comm, work.folder / "recommender_gate.json");
    auto const versions = io::list_versions(work.comm, params.store / params.tenant);
    auto const found = versions.find(recommender_model);
    auto const is_there = [&](std::string const& version) {
      return found != versions.end() && std::ranges::find(found->second, version) != found->second.end();
    };
    return is_there(record.version) && (!record.refreshed || is_there(record.refreshed->version));
  };
  return step;
}

}  // namespace tidemill::drivers
