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

/// What decides the recommender beside data, in a form that tells whether a version is of the same recipe.
std::string recipe_of(RecommenderGate const& gate) {
  return gate.best.config + lines_of(gate.params.config_of("asset"), "asset",
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

std::string register_best(RecommenderGate const& gate) {
  NightRecommender const lists = load_recommender(gate.work, "champion", "champion", gate.best);
  io::Lineage lineage;
  lineage.provenance = {"model", recipe_of(gate), gate.params.seed, gate.inputs};
  if (!lists.card.parent.empty()) lineage.provenance.inputs["begun at " + lists.card.parent] = gate.in_use.digest;
  lineage.date = gate.in_use.date;
  lineage.parent = gate.in_use.used.champion;
  lineage.metrics = test_metrics(gate);
  return register_recommender(gate.work.comm, gate.tenant(), lineage, lists, gate.held_out);
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

/// Tonight's best against another model, on the test pairs that neither was trained on.
GateVerdict judge_against(RecommenderGate const& gate, NightRecommender const& other, GateParams const& params) {
  io::Comm const& comm = gate.work.comm;
  AssetNightParams const& asset = gate.params.asset;
  Interactions const seen = in_terms_of(comm, other.card.histories, gate.known);
  Interactions const relevant = without_pairs(gate.test, seen);
  Interactions const challenger =
      as_interactions(gate.known, gate.held_out.model->top_k(gate.known, gate.known, asset.k));
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
         old.lineage.provenance.config == recipe_of(gate);
}

GateRecord decide_recommender(RecommenderGate const& gate) {
  GateParams params = gate.params.gate.params;
  params.seed = gate.params.seed;
  GateRecord record;
  record.model = recommender_model;
  record.date = gate.in_use.date;
  record.base = gate.in_use.base;
  record.version = register_best(gate);
  record.rung = gate.in_use.version == gate.in_use.used.champion ? "champion" : "previous";
  if (gate.in_use.version.empty()) {
    AssetModel const& baseline = baseline_of(gate.params);
    record.compared_with = baseline.name;
    record.verdict =
        judge_against(gate, load_recommender(gate.work, step_of_model(baseline), "model", baseline), params);
    if (!record.verdict.promoted) {
      record.verdict.reason = "there is no champion to keep; against the baseline: " + record.verdict.reason;
    }
    record.verdict.promoted = true;
    record.rung = "champion";
    return record;
  }
  params.is_refresh = !gate.params.gate.refresh_must_gain && is_refreshed(gate);
  record.compared_with = gate.in_use.version;
  record.verdict = judge_against(gate,
                                 load_recommender_version(gate.work.comm, gate.tenant(), gate.in_use.version,
                                                          VersionPart::held_out, gate.params.asset.load),
                                 params);
  if (params.is_refresh && !record.verdict.promoted && record.verdict.units < params.min_units) {
    record.verdict.promoted = true;
    record.verdict.reason += "; the same recipe on newer data is used all the same";
  }
  if (!gate.params.gate.is_enabled && !record.verdict.promoted) {
    record.verdict.promoted = true;
    record.verdict.reason = "the gate is off; it says: " + record.verdict.reason;
  }
  if (record.verdict.promoted) record.rung = "champion";
  return record;
}

io::Aliases recommender_aliases(RecommenderGate const& gate, GateRecord const& record) {
  io::ModelAliases const now =
      record.verdict.promoted ? io::ModelAliases{record.version, gate.in_use.used.champion} : gate.in_use.used;
  io::Aliases aliases;
  aliases.base = gate.in_use.base;
  aliases.decided = aliases.in_use = {{recommender_model, now}};
  return aliases;
}

/// The figures of the verdict, for tables and the report.
io::Table verdict_table(io::Comm const& comm, GateRecord const& record) {
  std::vector<GateFigure> figures;
  if (comm.is_root()) figures = record.verdict.figures;
  RowColumns<GateFigure> columns(comm, figures);
  auto const integer = io::ColumnType::integer;
  GateVerdict const& verdict = record.verdict;
  columns.text("version", "tonight's recommender", [&](GateFigure const&) { return record.version; })
      .text("compared_with", "version in use before, or a baseline",
            [&](GateFigure const&) { return record.compared_with; })
      .integer("promoted", integer, "0/1", "tonight's makes the lists",
               [&](GateFigure const&) { return verdict.promoted ? 1 : 0; })
      .text("reason", "of the decision", [&](GateFigure const&) { return verdict.reason; })
      .text("rung", "what made the lists: champion (tonight's if promoted) or previous",
            [&](GateFigure const&) { return record.rung; })
      .integer("users", integer, "users", "judged", [&](GateFigure const&) { return verdict.units; })
      .text("metric", "ranking metric, mean over users", [](GateFigure const& f) { return f.metric; })
      .text("role", "target or guardrail",
            [](GateFigure const& f) { return std::string(f.is_target ? "target" : "guardrail"); })
      .real("champion", "", "of the one compared with", [](GateFigure const& f) { return f.champion; })
      .real("challenger", "", "of tonight's", [](GateFigure const& f) { return f.challenger; })
      .real("improvement", "", "challenger less champion", [](GateFigure const& f) { return f.improvement; })
      .real("lower", "", "bound of the improvement", [](GateFigure const& f) { return f.lower; })
      .real("upper", "", "bound of the improvement", [](GateFigure const& f) { return f.upper; })
      .real("needed_above", "", "that the lower bound must exceed", [](GateFigure const& f) { return f.limit; })
      .integer("passed", integer, "0/1", "the lower bound does", [](GateFigure const& f) { return f.passed ? 1 : 0; });
  return columns.take();
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
  std::vector<std::string> after{"in_use", "split", "judge", "champion"};
  std::string config = lines_of(params.config_of("asset"), "asset",
                                {"k", "gate-metrics", "holdout", "holdout-items", "holdout-days", "holdout-share"}) +
                       lines_of(params.config_of("gate"), "gate",
                                {"enabled", "refresh-must-gain", "confidence", "resamples", "tolerance", "min-units"}) +
                       fmt::format("seed = {}\n", params.seed);
  for (AssetModel const& model : params.asset.models) {
    after.push_back(step_of_model(model));
    config += model.config;
  }
  Step step{"recommender_gate", "Gate of the recommender", 1, after, config, {}, {}};
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    RecommenderGate const gate = open_recommender_gate(work, params, asset_raw_inputs(work.comm, params));
    GateRecord const record = decide_recommender(gate);
    bool const is_root = work.comm.is_root();
    save_table(work, "figures", config, verdict_table(work.comm, record));
    io::commit_text(work.comm, work.folder / "recommender_gate.json", is_root ? to_json(record) : "");
    io::commit_text(work.comm, work.folder / io::aliases_name,
                    is_root ? to_json(recommender_aliases(gate, record)) : "");
    return {record.verdict.rows,
            fmt::format("{} {}: {}", record.version, record.verdict.promoted ? "is the champion" : "was refused",
                        record.verdict.reason),
            {{"gate_verdict", {{"model", recommender_model}}, record.verdict.promoted ? 1.0 : 0.0}}};
  };
  step.still_holds = [params](StepWork const& work) {
    GateRecord const record = read_gate_record(work.comm, work.folder / "recommender_gate.json");
    auto const versions = io::list_versions(work.comm, params.store / params.tenant);
    auto const found = versions.find(recommender_model);
    return found != versions.end() && std::ranges::find(found->second, record.version) != found->second.end();
  };
  return step;
}

}  // namespace tidemill::drivers
