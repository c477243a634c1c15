#include <fmt/format.h>

#include "drivers/night/asset_steps.hpp"
#include "drivers/night/example_lists.hpp"
#include "drivers/night/night_steps.hpp"
#include "drivers/night/ranked_lists.hpp"
#include "drivers/recommend/list_table.hpp"
#include "drivers/recommend/reasons.hpp"

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

}  // namespace

Step recommend_step(AssetNight const& params) {
  std::string const config = lines_of(params.config_of("asset"), "asset", {"k", "reasons"});
  Step step{"recommend", "Recommendations", 1, {"judge", "champion"}, config, {}, {}};
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    AssetModel const& model = model_named(params, judged_model(work, "is_champion"));
    NightRecommender const champion = load_recommender(work, "champion", "champion", model);
    Interactions const& histories = champion.card.histories;
    RankedLists lists = champion.model->top_k(histories, histories, params.asset.k);
    if (params.asset.reasons && model.is_personal) {
      io::agree(work.comm, "find reasons", [&] { lists.reason = reasons_of(*champion.model, histories, lists); });
    }
    io::Table const table = list_table(work.comm, histories, lists);
    save_table(work, "recommendations", config, table);
    std::vector<std::int64_t> const shown = item_counts(work.comm, as_interactions(histories, lists));
    save_table(work, "attention", config,
               attention_table(work.comm, {{"history", item_counts(work.comm, histories)}, {"lists", shown}}));
    save_table(work, "examples", config,
               example_table(work.comm, histories, lists, example_users(work.comm, histories)));
    return {table.range.total, fmt::format("by {} for {}", model.name, counted(histories.users.total, "users"))};
  };
  return step;
}

Step similar_step(AssetNight const& params) {
  std::string const config = lines_of(params.config_of("asset"), "asset", {"similar"});
  std::vector<std::string> after{"judge", "champion"};
  for (AssetModel const& model : params.asset.models) {
    if (model.is_personal) after.push_back(step_of_model(model));
  }
  Step step{"similar", "Similar assets", 1, after, config, {}, {}};
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    std::string const name = judged_model(work, "gives_similar");
    if (name.empty()) return {0, "no model of tonight tells which assets are alike"};
    bool const is_champion = name == judged_model(work, "is_champion");
    AssetModel const& model = model_named(params, name);
    NightRecommender const loaded = is_champion ? load_recommender(work, "champion", "champion", model)
                                                : load_recommender(work, step_of_model(model), "model", model);
    Interactions const probes = item_probes(work.comm, loaded.card.histories);
    RankedLists const lists = loaded.model->top_k(probes, probes, params.asset.similar);
    io::Table const table = similar_table(list_table(work.comm, probes, lists));
    save_table(work, "similar", config, table);
    std::vector<std::int64_t> const popular = most_popular(item_counts(work.comm, loaded.card.histories));
    save_table(work, "examples", config, example_table(work.comm, probes, lists, popular));
    return {table.range.total, fmt::format("by {} for {}", name, counted(probes.items, "assets"))};
  };
  return step;
}

}  // namespace tidemill::drivers
