#include <fmt/format.h>

#include "drivers/night/asset_steps.hpp"
#include "drivers/night/example_lists.hpp"
#include "drivers/night/night_lists.hpp"
#include "drivers/night/night_steps.hpp"
#include "drivers/night/ranked_lists.hpp"
#include "drivers/recommend/list_table.hpp"

namespace tidemill::drivers {
namespace {

io::Column renamed(io::Column column, std::string const& name, std::string const& description) {
  column.name = name;
  column.description = description;
  return column;
}

/// Lists of items like items: item, rank, neighbour, score.
io::Table similar_table(io::Table const& lists) {
  io::Table table;
  table.range = lists.range;
  table.add(renamed(lists.at("user"), "item", "the asset asked about"));
  table.add(lists.at("rank"));
  table.add(renamed(lists.at("item"), "neighbour", "an asset like it"));
  table.add(renamed(lists.at("score"), "score", "what the model says for someone who had the asset alone"));
  return table;
}

/// The model that makes the lists where it tells which assets are alike; else the best one of tonight that does.
NightRecommender asked_for_similar(StepWork const& work, AssetNight const& params) {
  NightRecommender chosen = chosen_recommender(work, params).recommender;
  if (is_personal(params, chosen)) return chosen;
  std::string const name = judged_model(work, "gives_similar");
  if (name.empty()) return {};
  AssetModel const& model = model_named(params, name);
  return load_recommender(work, step_of_model(model), "model", model);
}

/// Likes and blocks count by their content.
std::map<std::string, std::string> feedback_inputs(io::Comm const& comm, AssetNight const& params) {
  return file_inputs(comm, {{"likes", params.asset.likes}, {"blocks", params.asset.blocks}});
}

std::string feedback_text(FeedbackCounts const& counts) {
  std::string text;
  if (counts.likes > 0) text += ", " + counted(counts.likes, "likes");
  if (counts.blocks > 0) text += ", " + counted(counts.blocks, "blocks");
  return text;
}

}  // namespace

Step content_rung_step(AssetNight const& params) {
  AssetModel const& model = *params.asset.content;
  Step step{"content_rung", "Content for new assets", 1, {"interactions", "catalogue"}, model.config, {}, {}};
  step.run = [params](StepWork const& work) -> StepOutcome {
    AssetModel const& content = *params.asset.content;
    Interactions const all = load_interactions(work, "interactions", "interactions");
    std::optional<Catalogue> const catalogue = load_catalogue(work, params);
    auto const trained = content.train({work.comm, all, {}, &*catalogue});
    save_recommender(work, "content", content, {content.kind, content.config, all}, *trained, params.seed);
    return {all.items, counted(all.items, "assets by what is known of them")};
  };
  return step;
}

Step recommend_step(io::Comm const& comm, AssetNight const& params) {
  std::string const config =
      lines_of(params.config_of("asset"), "asset", {"k", "reasons", "content-slots", "half-life"});
  std::vector<std::string> after{"interactions", "recommender_gate"};
  if (params.asset.content) after.push_back("content_rung");
  Step step{"recommend", "Recommendations", 2, after, config, {}, {}};
  step.inputs = [&comm, params] { return feedback_inputs(comm, params); };
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    ChosenRecommender const chosen = chosen_recommender(work, params);
    NightLists const made = make_night_lists(work, params, chosen);
    Interactions const& histories = made.audience.histories;
    io::Table const table = list_table(work.comm, histories, made.lists);
    save_table(work, "recommendations", config, table);
    save_table(work, "audience", config, audience_table(work.comm, made));
    std::vector<std::int64_t> const shown = item_counts(work.comm, as_interactions(histories, made.lists));
    save_table(work, "attention", config,
               attention_table(work.comm, {{"history", item_counts(work.comm, histories)}, {"lists", shown}}));
    save_table(work, "examples", config,
               example_table(work.comm, histories, made.lists, example_users(work.comm, histories)));
    return {table.range.total,
            fmt::format("by {} ({}) for {}{}", chosen.recommender.card.kind, chosen.version,
                        counted(histories.users.total, "users"), feedback_text(made.counts)),
            {{"asset_likes", {}, static_cast<double>(made.counts.likes)},
             {"asset_blocks", {}, static_cast<double>(made.counts.blocks)}}};
  };
  return step;
}

Step similar_step(io::Comm const& comm, AssetNight const& params) {
  std::string const config = lines_of(params.config_of("asset"), "asset", {"similar"});
  std::vector<std::string> after{"interactions", "judge", "recommender_gate"};
  for (AssetModel const& model : params.asset.models) {
    if (model.is_personal) after.push_back(step_of_model(model));
  }
  Step step{"similar", "Similar assets", 2, after, config, {}, {}};
  step.inputs = [&comm, params] { return feedback_inputs(comm, params); };
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    NightRecommender const asked = asked_for_similar(work, params);
    if (asked.model == nullptr) return {0, "no model of tonight tells which assets are alike"};
    NightLists const made = make_similar_lists(work, params, asked);
    Interactions const& probes = made.audience.histories;
    io::Table const table = similar_table(list_table(work.comm, probes, made.lists));
    save_table(work, "similar", config, table);
    std::vector<std::int64_t> const popular = most_popular(item_counts(work.comm, histories_for(work, asked)));
    save_table(work, "examples", config, example_table(work.comm, probes, made.lists, popular));
    return {table.range.total, fmt::format("by {} for {}", asked.card.kind, counted(probes.items, "assets"))};
  };
  return step;
}

}  // namespace tidemill::drivers
