#include <fmt/format.h>

#include <cmath>

#include "drivers/interactions/realign.hpp"
#include "drivers/metrics/ranking.hpp"
#include "drivers/night/asset_steps.hpp"
#include "drivers/night/night_steps.hpp"
#include "drivers/night/ranked_lists.hpp"
#include "drivers/night/recommender_version.hpp"
#include "drivers/night/train_again.hpp"
#include "drivers/panel/row_columns.hpp"

namespace tidemill::drivers {
namespace {

/// Collective. Trains on `pairs` and saves as FOLDER/NAME.h5. A model that can begins at the version in use; returns
/// that version, empty when it began from scratch.
std::string train_and_save(StepWork const& work, AssetNight const& params, AssetModel const& model,
                           Interactions const& pairs, std::string const& name, VersionPart part) {
  NightRecommender const trained = train_recommender(work, params, model, pairs, parent_of(work, params, model, part));
  save_recommender(work, name, model, trained.card, *trained.model, params.seed);
  return trained.card.parent;
}

std::string trained_on(StepWork const& work, Interactions const& pairs, std::string const& parent) {
  return fmt::format("on {}{}{}", counted(work.comm.sum(pairs.size()), "pairs"), parent.empty() ? "" : ", begun at ",
                     parent);
}

/// How one model did on one held-out part.
struct Judged {
  AssetModel const* model = nullptr;
  std::string part;
  std::string parent;
  RankingQuality quality;
  bool is_champion = false, gives_similar = false;

  double metric(std::string const& name) const {
    auto const found = quality.metrics.find(name);
    return found == quality.metrics.end() ? std::nan("") : found->second;
  }
};

/// Lists from `histories`, without what the users had, judged by `relevant`.
RankingQuality judge(StepWork const& work, Recommender const& model, Interactions const& histories,
                     Interactions const& relevant, int k) {
  Interactions const lists = as_interactions(histories, model.top_k(histories, histories, k));
  std::vector<std::int64_t> const counts = item_counts(work.comm, histories);
  return ranking_quality(work.comm, {relevant, lists, counts, histories.users.total}, k);
}

/// The best one on the validation part; of equal ones the first.
template <class Eligible>
Judged* best_of(std::vector<Judged>& rows, std::string const& criterion, Eligible const& eligible) {
  Judged* best = nullptr;
  for (Judged& row : rows) {
    if (row.part != "validation" || !eligible(*row.model)) continue;
    if (best == nullptr || row.metric(criterion) > best->metric(criterion)) best = &row;
  }
  return best;
}

void flag_model(std::vector<Judged>& rows, Judged const* chosen, bool Judged::*flag) {
  if (chosen == nullptr) return;
  for (Judged& row : rows) row.*flag = row.model == chosen->model;
}

io::Table metric_table(io::Comm const& comm, std::vector<Judged> rows, int k) {
  if (!comm.is_root()) rows.clear();
  RowColumns<Judged> columns(comm, rows);
  auto const integer = io::ColumnType::integer;
  columns.text("model", "recommender", [](Judged const& r) { return r.model->name; })
      .text("part", "held-out pairs: validation chooses, test tells", [](Judged const& r) { return r.part; })
      .text("parent", "version of the recommender that training began at; none: from scratch",
            [](Judged const& r) { return r.parent.empty() ? std::string("none") : r.parent; })
      .integer("is_baseline", integer, "0/1", "stands here for comparison",
               [](Judged const& r) { return r.model->is_baseline ? 1 : 0; })
      .integer("is_champion", integer, "0/1", "best on validation: makes the night's lists",
               [](Judged const& r) { return r.is_champion ? 1 : 0; })
      .integer("gives_similar", integer, "0/1", "makes the night's similar assets",
               [](Judged const& r) { return r.gives_similar ? 1 : 0; })
      .integer("k", integer, "assets", "length of the lists", [k](Judged const&) { return k; })
      .integer("users", integer, "users", "with held-out pairs", [](Judged const& r) { return r.quality.users; })
      .integer("without_list", integer, "users", "of these, without a list: they count 0",
               [](Judged const& r) { return r.quality.without_list; });
  std::vector<std::string> names = ranking_metric_names();
  for (std::string const& name : exposure_metric_names()) names.push_back(name);
  for (std::string const& name : names) {
    columns.real(name.c_str(), "", "ranking metric at k", [&](Judged const& r) { return r.metric(name); });
  }
  return columns.take();
}

}  // namespace

Step asset_model_step(AssetNight const& params, AssetModel const& model) {
  std::vector<std::string> after{"split"};
  if (!params.asset.catalogue.empty()) after.push_back("catalogue");
  if (model.begins_at) after.push_back("in_use");
  Step step{step_of_model(model), "Model " + model.name, 1, after, model.config, {}, {}};
  step.run = [params, model](StepWork const& work) -> StepOutcome {
    Interactions const train = load_interactions(work, "split", "train");
    std::string const parent = train_and_save(work, params, model, train, "model", VersionPart::held_out);
    return {train.items, trained_on(work, train, parent)};
  };
  return step;
}

Step judge_step(AssetNight const& params) {
  std::vector<std::string> after{"split"};
  std::string config = lines_of(params.config_of("asset"), "asset", {"k", "criterion"});
  for (AssetModel const& model : params.asset.models) {
    after.push_back(step_of_model(model));
    config += fmt::format("{} {} {} {}\n", model.name, model.is_baseline, model.is_personal, model.is_compared_only);
  }
  Step step{"judge", "Judge the models", 2, after, config, {}, {}};
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    AssetNightParams const& asset = params.asset;
    Interactions const train = load_interactions(work, "split", "train");
    Interactions const known = load_interactions(work, "split", "known");
    // Each file is cut by its own number of pairs; what is compared must be of the same users.
    Interactions const validation = realign(work.comm, load_interactions(work, "split", "validation"), train.users);
    Interactions const test = realign(work.comm, load_interactions(work, "split", "test"), known.users);
    std::vector<Judged> rows;
    for (AssetModel const& model : asset.models) {
      NightRecommender const loaded = load_recommender(work, step_of_model(model), "model", model);
      std::string const& parent = loaded.card.parent;
      rows.push_back({&model, "validation", parent, judge(work, *loaded.model, train, validation, asset.k)});
      rows.push_back({&model, "test", parent, judge(work, *loaded.model, known, test, asset.k)});
    }
    Judged* const champion =
        best_of(rows, asset.criterion, [](AssetModel const& model) { return !model.is_compared_only; });
    flag_model(rows, champion, &Judged::is_champion);
    flag_model(rows,
               best_of(rows, asset.criterion,
                       [](AssetModel const& model) { return model.is_personal && !model.is_compared_only; }),
               &Judged::gives_similar);
    save_table(work, "metrics", config, metric_table(work.comm, rows, asset.k));
    return {static_cast<std::int64_t>(rows.size()),
            fmt::format("{} is best: {} {:.4f} on validation", champion->model->name, asset.criterion,
                        champion->metric(asset.criterion))};
  };
  return step;
}

Step champion_step(AssetNight const& params) {
  std::string config;
  for (AssetModel const& model : params.asset.models) config += model.config;
  std::vector<std::string> after{"interactions", "judge", "in_use"};
  if (!params.asset.catalogue.empty()) after.push_back("catalogue");
  Step step{"champion", "Tonight's best on all pairs", 1, after, config, {}, {}};
  step.run = [params](StepWork const& work) -> StepOutcome {
    AssetModel const& model = model_named(params, judged_model(work, "is_champion"));
    Interactions const all = load_interactions(work, "interactions", "interactions");
    std::string const parent = train_and_save(work, params, model, all, "champion", VersionPart::lists);
    return {all.items, model.name + " " + trained_on(work, all, parent)};
  };
  return step;
}

}  // namespace tidemill::drivers
