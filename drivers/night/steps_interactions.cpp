#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "drivers/content/add_items.hpp"
#include "drivers/interactions/split.hpp"
#include "drivers/night/asset_steps.hpp"
#include "drivers/night/night_steps.hpp"
#include "drivers/panel/row_columns.hpp"
#include "io/error.hpp"
#include "io/tables/read_table.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::int64_t seconds_of_day = 86400;

/// What is said of the interactions in one row.
struct Overview {
  InteractionCounts counts;
  std::int64_t users = 0, items = 0, after_date = 0;
  std::int64_t first_day = io::missing_integer, last_day = io::missing_integer;
};

std::int64_t day_of(std::int64_t time) {
  return time >= 0 ? time / seconds_of_day : -((seconds_of_day - 1 - time) / seconds_of_day);
}

/// Times that count places (userlist with `ordered`) are no dates.
bool has_dates(io::Comm const& comm, Interactions const& interactions, AssetNight const& params) {
  return comm.max(interactions.time.empty() ? 0 : 1) == 1 && !params.asset.format.ordered;
}

void find_days(io::Comm const& comm, Interactions const& interactions, Overview& overview) {
  std::int64_t first = std::numeric_limits<std::int64_t>::max(), last = std::numeric_limits<std::int64_t>::min();
  for (std::int64_t const time : interactions.time) {
    first = std::min(first, time);
    last = std::max(last, time);
  }
  first = comm.min(first);
  last = comm.max(last);
  if (first > last) return;
  overview.first_day = day_of(first);
  overview.last_day = day_of(last);
}

io::Table overview_table(io::Comm const& comm, Overview const& overview) {
  std::vector<Overview> rows;
  if (comm.is_root()) rows.push_back(overview);
  RowColumns<Overview> columns(comm, rows);
  auto const integer = io::ColumnType::integer;
  columns
      .integer("pairs_read", integer, "pairs", "read = kept + below_threshold + repeated + unknown + quarantined",
               [](Overview const& o) { return o.counts.read; })
      .integer("pairs_kept", integer, "pairs", "different pairs of user and asset",
               [](Overview const& o) { return o.counts.kept; })
      .integer("below_threshold", integer, "pairs", "left out for their value",
               [](Overview const& o) { return o.counts.below_threshold; })
      .integer("repeated", integer, "pairs", "added to another pair of the same user and asset",
               [](Overview const& o) { return o.counts.repeated; })
      .integer("unknown", integer, "pairs", "of users or assets that were not to be read",
               [](Overview const& o) { return o.counts.unknown; })
      .integer("quarantined", integer, "pairs", "set aside with a reason",
               [](Overview const& o) { return o.counts.quarantined; })
      .integer("after_date", integer, "pairs", "of the kept ones, later than the night's date and not used",
               [](Overview const& o) { return o.after_date; })
      .integer("users", integer, "users", "all that the files name", [](Overview const& o) { return o.users; })
      .integer("assets", integer, "assets", "all that the files name", [](Overview const& o) { return o.items; })
      .integer("first_day", io::ColumnType::date, "", "of the oldest interaction",
               [](Overview const& o) { return o.first_day; })
      .integer("last_day", io::ColumnType::date, "", "of the newest interaction",
               [](Overview const& o) { return o.last_day; });
  return columns.take();
}

/// Files by their names alone: the same exports elsewhere give the same night.
io::Table quarantine_table(io::Comm const& comm, InteractionCounts const& counts) {
  PairQuarantine quarantine = counts.quarantine;
  for (PairQuarantine::File& file : quarantine.files) {
    file.name = std::filesystem::path(file.name).filename().string();
  }
  return quarantine.table(comm);
}

/// The night's date, where interactions do not tell it.
void check_date(Overview& overview, AssetNight const& params) {
  if (params.date) overview.last_day = *params.date;
  if (overview.last_day != io::missing_integer) return;
  throw ConfigError(
      "the interactions have no times, so the night has no date; name their column as asset.time, or give --date "
      "2026-11-20");
}

/// Ids of this rank's rows of the catalogue.
std::vector<std::string> catalogue_ids(StepWork const& work) {
  io::Table const table = load_table(work, "catalogue", "catalogue");
  io::Column const& id = table.at("id");
  std::vector<std::string> ids;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    bool const is_text = id.is_text();
    ids.push_back(is_text ? id.text(row) : std::to_string(id.integers.at(static_cast<std::size_t>(row))));
  }
  return ids;
}

Interactions read_all(StepWork const& work, AssetNight const& params, Overview& overview) {
  AssetNightParams const& asset = params.asset;
  Interactions interactions = read_interactions(work.comm, asset.interactions, asset.format, &overview.counts);
  bool const dated = has_dates(work.comm, interactions, params);
  if (params.date && dated) {
    std::int64_t const before = work.comm.sum(interactions.size());
    interactions = split_at_time(interactions, (*params.date + 1) * seconds_of_day).train;
    overview.after_date = before - work.comm.sum(interactions.size());
  }
  if (work.comm.sum(interactions.size()) == 0) {
    throw DataError(fmt::format("{}: no interactions are left{}; check asset.min-value and the files",
                                asset.interactions.front().string(), params.date ? " up to the night's date" : ""));
  }
  if (!asset.catalogue.empty()) add_items(work.comm, interactions, catalogue_ids(work));
  overview.users = interactions.users.total;
  overview.items = interactions.items;
  if (dated) find_days(work.comm, interactions, overview);
  check_date(overview, params);
  return interactions;
}

/// Pairs before `time` and from it on, as the holdout says.
InteractionSplit held_out(io::Comm const& comm, Interactions const& interactions, AssetNight const& params) {
  AssetNightParams const& asset = params.asset;
  if (asset.holdout == Holdout::share) return split_by_share(interactions, asset.holdout_share, params.seed);
  if (asset.holdout == Holdout::last) return split_last(interactions, asset.holdout_items);
  Overview overview;
  find_days(comm, interactions, overview);
  if (overview.last_day == io::missing_integer) {
    throw ConfigError("asset.holdout = days needs the times of interactions: name their column as asset.time");
  }
  return split_at_time(interactions, (overview.last_day + 1 - asset.holdout_days) * seconds_of_day);
}

void check_part(io::Comm const& comm, Interactions const& part, std::string const& name) {
  if (comm.sum(part.size()) > 0) return;
  throw DataError("the interactions leave no pairs for " + name +
                  "; hold out less (asset.holdout, asset.holdout-items, asset.holdout-days), or bring more data");
}

/// Gives the column of ids the name `id`, and throws DataError where it is none.
void name_ids(io::Comm const& comm, io::Table& table, AssetNight const& params) {
  std::string const& name = params.asset.catalogue_columns.id;
  std::string const& file = params.asset.catalogue.string();
  if (!table.has(name)) {
    std::string columns;
    for (io::Column const& column : table.columns) columns += (columns.empty() ? "" : ", ") + column.name;
    throw DataError(fmt::format("{}: expected a column {} that names the assets (asset.catalogue-id); found {}", file,
                                name, columns));
  }
  // Reads every id once, and says which is missing or there twice.
  Catalogue const checked = catalogue_of(comm, table, {name, {}, {}, {}, ';'}, file);
  io::Column id = table.at(name);
  id.name = "id";
  table.add(id);
}

}  // namespace

Step interactions_step(io::Comm const& comm, AssetNight const& params) {
  std::string const config = lines_of(params.config_of("asset"), "asset",
                                      {"format", "user", "item", "value", "time", "min-value", "value-as-weight",
                                       "ordered", "max-bad-share"}) +
                             params.config_of_lines("");
  std::vector<std::string> after;
  if (!params.asset.catalogue.empty()) after.push_back("catalogue");
  Step step{"interactions", "Interactions", 2, after, config, {}, {}};
  step.inputs = [&comm, params] {
    std::map<std::string, std::filesystem::path> files;
    for (std::size_t i = 0; i < params.asset.interactions.size(); ++i) {
      files[fmt::format("interactions {:04}", i)] = params.asset.interactions[i];
    }
    return file_inputs(comm, files);
  };
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    Overview overview;
    Interactions const interactions = read_all(work, params, overview);
    save_interactions(work, "interactions", config, interactions);
    save_table(work, "overview", config, overview_table(work.comm, overview));
    save_table(work, "quarantine", config, quarantine_table(work.comm, overview.counts));
    InteractionCounts const& counts = overview.counts;
    std::string const aside =
        counts.quarantined > 0 ? fmt::format(", {} set aside", counted(counts.quarantined, "pairs")) : "";
    return {counts.read,
            fmt::format("{} of {} and {}{}", counted(counts.kept, "pairs"), counted(overview.users, "users"),
                        counted(overview.items, "assets"), aside),
            {{"rows_read", {}, static_cast<double>(counts.read)},
             {"rows_quarantined", {}, static_cast<double>(counts.quarantined)}}};
  };
  return step;
}

Step catalogue_step(io::Comm const& comm, AssetNight const& params) {
  Step step{"catalogue", "Catalogue", 1, {}, "id = " + params.asset.catalogue_columns.id + "\n", {}, {}};
  step.inputs = [&comm, params] { return file_inputs(comm, {{"catalogue", params.asset.catalogue}}); };
  step.run = [params](StepWork const& work) -> StepOutcome {
    io::Table table = io::read_table(work.comm, params.asset.catalogue);
    name_ids(work.comm, table, params);
    save_table(work, "catalogue", "", table);
    return {table.range.total, counted(table.range.total, "assets described")};
  };
  return step;
}

Step split_step(AssetNight const& params) {
  std::string const config =
      lines_of(params.config_of("asset"), "asset", {"holdout", "holdout-items", "holdout-days", "holdout-share"}) +
      fmt::format("seed = {}\n", params.seed);
  Step step{"split", "Hold out", 1, {"interactions"}, config, {}, {}};
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    Interactions const all = load_interactions(work, "interactions", "interactions");
    InteractionSplit const outer = held_out(work.comm, all, params);
    check_part(work.comm, outer.test, "the test");
    check_part(work.comm, outer.train, "training");
    InteractionSplit const inner = held_out(work.comm, outer.train, params);
    check_part(work.comm, inner.test, "validation");
    check_part(work.comm, inner.train, "training");
    save_interactions(work, "known", config, outer.train);
    save_interactions(work, "test", config, outer.test);
    save_interactions(work, "train", config, inner.train);
    save_interactions(work, "validation", config, inner.test);
    auto const size = [&](Interactions const& part, char const* name) {
      return counted(work.comm.sum(part.size()), name);
    };
    return {work.comm.sum(all.size()), fmt::format("{}, {}, {}", size(inner.train, "pairs to train on"),
                                                   size(inner.test, "to choose by"), size(outer.test, "to judge by"))};
  };
  return step;
}

}  // namespace tidemill::drivers
