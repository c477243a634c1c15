#include "drivers/night/night_lists.hpp"

#include <array>

#include "drivers/night/ranked_lists.hpp"
#include "drivers/panel/row_columns.hpp"
#include "drivers/recommend/cold_items.hpp"
#include "drivers/recommend/id_file.hpp"
#include "drivers/recommend/ladder.hpp"
#include "drivers/recommend/reasons.hpp"

namespace tidemill::drivers {
namespace {

/// Items that a recommender of an earlier night knows and tonight's files do not.
IdColumn gone_items(EntityIds const& known_items, EntityIds const& tonight) {
  IdColumn const known = as_column(known_items);
  std::vector<std::int64_t> const number = numbers_of(known, tonight);
  IdColumn gone = known;
  gone.integers.clear();
  gone.codes.clear();
  for (std::size_t i = 0; i < number.size(); ++i) {
    if (number[i] >= 0) continue;
    if (known.is_text) {
      gone.codes.push_back(known.codes[i]);
    } else {
      gone.integers.push_back(known.integers[i]);
    }
  }
  return gone;
}

/// Likes and blocks as the files of the night have them.
struct Feedback {
  AudienceSources sources;
  FeedbackCounts counts;
};

Feedback read_feedback(io::Comm const& comm, AssetNightParams const& asset) {
  Feedback feedback;
  if (!asset.likes.empty()) {
    IdFile const file(comm, asset.likes);
    feedback.counts.likes = file.range().total;
    feedback.sources.events.push_back(file.pairs("user", "item"));
  }
  if (!asset.blocks.empty()) {
    IdFile const file(comm, asset.blocks);
    feedback.counts.blocks = file.range().total;
    add_blocks(file, feedback.sources);
  }
  return feedback;
}

/// Collective. Blocks what the recommender knows of earlier nights alone.
AudienceSources without_gone_items(AudienceSources sources, IdColumn gone) {
  if (gone.size() == 0) return sources;
  if (sources.blocked_for_all) {
    append_ids(*sources.blocked_for_all, std::move(gone));
  } else {
    sources.blocked_for_all = std::move(gone);
  }
  return sources;
}

/// The last places for assets that the recommender was not trained with, where content tells of them.
void add_content_rung(StepWork const& work, AssetNight const& params, NightRecommender const& chosen,
                      AudienceSources const& sources, NightLists& made) {
  if (!params.asset.content || params.asset.content->kind == chosen.card.kind) return;
  NightRecommender const content = load_recommender(work, "content_rung", "content", *params.asset.content);
  Audience const same = make_audience(work.comm, histories_for(work, content), sources, &made.audience.histories.users);
  add_cold_items(work.comm, chosen.card.histories, {*content.model, same, params.asset.content_slots}, made.audience,
                 made.lists);
}

std::array<std::int64_t, 4> places_by_rung(io::Comm const& comm, RankedLists const& lists) {
  std::array<std::int64_t, 4> places{};
  for (std::size_t at = 0; at < lists.item.size(); ++at) {
    if (lists.item[at] >= 0) ++places[static_cast<std::size_t>(lists.rung[at])];
  }
  comm.sum(std::span<std::int64_t>(places));
  return places;
}

}  // namespace

Interactions histories_for(StepWork const& work, NightRecommender const& recommender) {
  Interactions all = load_interactions(work, "interactions", "interactions");
  EntityIds const& known = recommender.card.histories.item_ids;
  bool const are_same = known.integers == all.item_ids.integers && known.texts == all.item_ids.texts;
  return are_same ? all : with_items(work.comm, all, known);
}

bool is_personal(AssetNight const& params, NightRecommender const& recommender) {
  for (AssetModel const& model : params.asset.models) {
    if (model.kind == recommender.card.kind) return model.is_personal;
  }
  return true;
}

NightLists make_night_lists(StepWork const& work, AssetNight const& params, ChosenRecommender const& chosen) {
  io::Comm const& comm = work.comm;
  NightRecommender const& recommender = chosen.recommender;
  Recommender const& model = *recommender.model;
  Feedback const feedback = read_feedback(comm, params.asset);
  EntityIds const tonight = load_interactions(work, "interactions", "interactions").item_ids;
  IdColumn const gone = gone_items(recommender.card.histories.item_ids, tonight);
  Interactions const histories = histories_for(work, recommender);
  NightLists made{make_audience(comm, histories, without_gone_items(feedback.sources, gone)), {}, feedback.counts};
  made.counts.unknown_items = made.audience.unknown_items;
  made.counts.gone_items = gone.size();
  io::agree(comm, "rank assets",
            [&] { made.lists = model.top_k(made.audience.histories, made.audience.removed, params.asset.k); });
  Ladder const ladder(comm, histories, {}, 0, params.asset.ladder);
  ladder.complete(made.audience, {}, made.lists);
  if (params.asset.reasons && is_personal(params, recommender)) {
    io::agree(comm, "find reasons",
              [&] { made.lists.reason = reasons_of(model, made.audience.histories, made.lists); });
  }
  add_content_rung(work, params, recommender, feedback.sources, made);
  return made;
}

NightLists make_similar_lists(StepWork const& work, AssetNight const& params, NightRecommender const& asked) {
  Feedback const feedback = read_feedback(work.comm, params.asset);
  EntityIds const tonight = load_interactions(work, "interactions", "interactions").item_ids;
  AudienceSources for_all;
  for_all.blocked_for_all = feedback.sources.blocked_for_all;
  for_all = without_gone_items(for_all, gone_items(asked.card.histories.item_ids, tonight));
  Interactions const probes = item_probes(work.comm, histories_for(work, asked));
  NightLists made{make_audience(work.comm, probes, for_all), {}, feedback.counts};
  io::agree(work.comm, "rank neighbours", [&] {
    made.lists = asked.model->top_k(made.audience.histories, made.audience.removed, params.asset.similar);
  });
  return made;
}

io::Table audience_table(io::Comm const& comm, NightLists const& made) {
  struct Row {
    std::int64_t users = 0, without_history = 0;
    std::array<std::int64_t, 4> places{};
  } row;
  Interactions const& histories = made.audience.histories;
  row.users = histories.users.total;
  for (std::int64_t u = 0; u < histories.users.count; ++u) row.without_history += histories.items_of(u).empty() ? 1 : 0;
  row.without_history = comm.sum(row.without_history);
  row.places = places_by_rung(comm, made.lists);
  std::vector<Row> rows;
  if (comm.is_root()) rows.push_back(row);
  RowColumns<Row> columns(comm, rows);
  auto const integer = io::ColumnType::integer;
  FeedbackCounts const& counts = made.counts;
  columns.integer("users", integer, "users", "who get lists", [](Row const& r) { return r.users; })
      .integer("without_history", integer, "users", "of these, who had nothing that the recommender knows",
               [](Row const& r) { return r.without_history; })
      .integer("likes", integer, "rows", "of the file of likes", [&](Row const&) { return counts.likes; })
      .integer("blocks", integer, "rows", "of the file of blocks", [&](Row const&) { return counts.blocks; })
      .integer("unknown_items", integer, "rows", "of likes and blocks, of assets that the recommender does not know",
               [&](Row const&) { return counts.unknown_items; })
      .integer("gone_items", integer, "assets", "that the recommender knows and tonight's files do not: not listed",
               [&](Row const&) { return counts.gone_items; });
  for (Rung const rung : {Rung::model, Rung::content, Rung::segment, Rung::popularity}) {
    std::string const name = "places_" + std::string(name_of(rung));
    columns.integer(name.c_str(), integer, "places", "of lists that this rung filled",
                    [rung](Row const& r) { return r.places[static_cast<std::size_t>(rung)]; });
  }
  return columns.take();
}

}  // namespace tidemill::drivers
