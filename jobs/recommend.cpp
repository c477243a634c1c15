#include <fmt/format.h>

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "drivers/recommend/audience.hpp"
#include "drivers/recommend/cold_items.hpp"
#include "drivers/recommend/id_file.hpp"
#include "drivers/recommend/ladder.hpp"
#include "drivers/recommend/list_table.hpp"
#include "drivers/recommend/reasons.hpp"
#include "io/error.hpp"
#include "jobs/commands.hpp"
#include "jobs/interaction_options.hpp"
#include "jobs/lists.hpp"
#include "jobs/recommenders.hpp"
#include "jobs/table_output.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

using drivers::EntityIds;
using drivers::IdColumn;
using drivers::IdFile;
using drivers::PairRows;

struct RecommendCommand {
  std::string model, users, segments, blocked, liked, content, output;
  InteractionOptions histories;
  std::vector<std::string> moment;
  drivers::Ladder::Params ladder;
  int k = 20;
  int content_slots = 1;
  bool reasons = false;
};

/// "daypart=lunch", "season=summer,channel=app", ...
std::map<std::string, std::string> moment_of(std::vector<std::string> const& parts) {
  std::map<std::string, std::string> moment;
  for (std::string const& list : parts) {
    for (std::string const& part : split_list(list)) {
      std::size_t const equals = part.find('=');
      if (equals == 0 || equals == std::string::npos || equals + 1 == part.size()) {
        throw ConfigError("--context: expected NAME=VALUE, as daypart=lunch; found '" + part + "'");
      }
      moment[part.substr(0, equals)] = part.substr(equals + 1);
    }
  }
  return moment;
}

EntityIds distinct(io::Comm const& comm, IdColumn const& column) {
  std::array<IdColumn const*, 1> const columns{&column};
  return drivers::distinct_ids(comm, columns);
}

drivers::AudienceSources read_sources(Context const& context, RecommendCommand const& command) {
  drivers::AudienceSources sources;
  io::Comm const& comm = context.comm;
  if (!command.users.empty()) sources.users = distinct(comm, IdFile(comm, command.users).ids("user", 0));
  if (!command.histories.files.empty()) {
    drivers::InteractionCounts counts;
    sources.events.push_back(drivers::read_pairs(comm, paths_of(command.histories.files),
                                                 interaction_format(context, command.histories), &counts));
    report_quarantine(context, command.histories, counts);
  }
  if (!command.liked.empty()) sources.events.push_back(IdFile(comm, command.liked).pairs("user", "item"));
  if (!command.blocked.empty()) drivers::add_blocks(IdFile(comm, command.blocked), sources);
  return sources;
}

/// Which segment users are in, when a file says so.
struct Segments {
  std::optional<PairRows> rows;
  EntityIds labels;
  std::vector<std::int32_t> of(io::Comm const& comm, drivers::Interactions const& who) const {
    return rows ? drivers::labels_of(comm, who, *rows, labels) : std::vector<std::int32_t>();
  }
};

Segments read_segments(io::Comm const& comm, RecommendCommand const& command) {
  Segments segments;
  std::string const& path = command.segments.empty() ? command.users : command.segments;
  if (path.empty()) return segments;
  IdFile const file(comm, path);
  if (command.segments.empty() && !file.has("segment")) return segments;
  segments.rows = file.pairs("user", "segment");
  segments.labels = distinct(comm, segments.rows->item);
  return segments;
}

/// Gives the last places of the lists to items that the model was not trained with.
void add_content(Context const& context, RecommendCommand const& command, drivers::Interactions const& trained,
                 drivers::AudienceSources const& sources, drivers::Audience& audience, drivers::RankedLists& lists) {
  if (command.content.empty()) return;
  io::Comm const& comm = context.comm;
  LoadedRecommender const content = load_recommender_file(comm, command.content);
  drivers::Interactions const there = drivers::with_items(comm, trained, content.card.histories.item_ids);
  drivers::Audience const same = drivers::make_audience(comm, there, sources, &audience.histories.users);
  drivers::add_cold_items(comm, trained, {*content.model, same, command.content_slots}, audience, lists);
}

std::map<std::string, std::string> digests_of(Context const& context, RecommendCommand const& command,
                                              std::string const& model) {
  std::map<std::string, std::string> digests{{"model", model}};
  for (auto const& [name, path] : {std::pair("users", command.users), std::pair("segments", command.segments),
                                   std::pair("blocked", command.blocked), std::pair("liked", command.liked),
                                   std::pair("content", command.content)}) {
    if (!path.empty()) add_digests(context, name, {path}, digests);
  }
  add_digests(context, "histories", command.histories.files, digests);
  return digests;
}

void report(Context const& context, RecommendCommand const& command, drivers::Audience const& audience,
            drivers::RankedLists const& lists, std::int64_t rows) {
  std::array<std::int64_t, 4> rungs{};
  for (std::size_t at = 0; at < lists.item.size(); ++at) {
    if (lists.item[at] >= 0) ++rungs[static_cast<std::size_t>(lists.rung[at])];
  }
  std::int64_t unknown_users = 0;
  drivers::Interactions const& histories = audience.histories;
  for (std::int64_t u = 0; u < histories.users.count; ++u) unknown_users += histories.items_of(u).empty() ? 1 : 0;
  context.comm.sum(std::span<std::int64_t>(rungs));
  unknown_users = context.comm.sum(unknown_users);
  if (!context.json) {
    print_result(context, fmt::format("{} rows for {} users ({} without history)  {}\n", rows, histories.users.total,
                                      unknown_users, command.output));
    return;
  }
  nlohmann::ordered_json result{{"users", histories.users.total},
                                {"users_without_history", unknown_users},
                                {"unknown_items", audience.unknown_items},
                                {"rows", rows}};
  for (std::size_t r = 0; r < rungs.size(); ++r) {
    result["rungs"][std::string(drivers::name_of(static_cast<drivers::Rung>(r)))] = rungs[r];
  }
  result["output"] = command.output;
  print_result(context, result.dump(2) + "\n");
}

void run_recommend(Context const& context, RecommendCommand const& command) {
  if (command.k < 1) throw ConfigError(fmt::format("--k: expected 1 or more, found {}", command.k));
  if (command.content_slots < 1) {
    throw ConfigError(fmt::format("--content-slots: expected 1 or more, found {}", command.content_slots));
  }
  io::Comm const& comm = context.comm;
  LoadedRecommender const loaded = load_recommender_file(comm, command.model);
  drivers::Interactions const& trained = loaded.card.histories;
  drivers::AudienceSources const sources = read_sources(context, command);
  drivers::Audience audience = drivers::make_audience(comm, trained, sources);
  Segments const segments = read_segments(comm, command);
  drivers::Ladder const ladder(comm, trained, segments.of(comm, trained), segments.labels.size(), command.ladder);

  loaded.model->choose_context(moment_of(command.moment));
  drivers::RankedLists lists;
  io::agree(comm, "rank items", [&] { lists = loaded.model->top_k(audience.histories, audience.removed, command.k); });
  ladder.complete(audience, segments.of(comm, audience.histories), lists);
  if (command.reasons) lists.reason = drivers::reasons_of(*loaded.model, audience.histories, lists);
  add_content(context, command, trained, sources, audience, lists);
  io::Table const table = drivers::list_table(comm, audience.histories, lists);
  write_results(context, command.output, {{"recommendations", table}}, digests_of(context, command, loaded.digest));
  report(context, command, audience, lists, table.range.total);
}

}  // namespace

Command make_recommend_command() {
  auto command = std::make_shared<RecommendCommand>();
  Command result{"recommend", "rank items for users with a trained recommender", {}, {}, {}};
  result.options.add_options()("model", po::value(&command->model)->required(), "recommender file")(
      "k", po::value(&command->k)->default_value(command->k), "length of the lists")(
      "users", po::value(&command->users),
      "who gets lists: a table with column user (and segment); default: all the model was trained on, and those of "
      "--histories and --liked")("segments", po::value(&command->segments),
                                 "table of user, segment for users without history and those like them; default: "
                                 "column segment of --users")(
      "content", po::value(&command->content), "content model that ranks items no one was trained with (rung content)")(
      "content-slots", po::value(&command->content_slots)->default_value(command->content_slots),
      "last places of each list for such items")(
      "min-segment-users", po::value(&command->ladder.min_segment_users)->default_value(50),
      "a segment has a popularity of its own from this many trained users on")(
      "half-life", po::value(&command->ladder.popularity.half_life)->default_value(0),
      "popularity below the model: days after which a pair counts half; 0: all count alike")(
      "blocked", po::value(&command->blocked),
      "table of user, item never to be recommended; with one column: items, for all users")(
      "liked", po::value(&command->liked), "table of user, item: more history, and not recommended again")(
      "context", po::value(&command->moment)->composing(),
      "the moment to recommend for, as daypart=lunch,season=summer; for --model context")(
      "reasons", po::bool_switch(&command->reasons), "also the user's item behind each row (column because_item)")(
      "output", po::value(&command->output)->required(),
      "CSV (user, rank, item, score, rung), or a table when it ends in .h5");
  add_interaction_options(result.options, command->histories, "histories",
                          "more histories of known and new users: files as --interactions of train");
  result.run = [command](Context const& context) { run_recommend(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
