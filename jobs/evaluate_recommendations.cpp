#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "drivers/metrics/ranking.hpp"
#include "io/error.hpp"
#include "io/tables/read_table.hpp"
#include "io/tables/row_place.hpp"
#include "jobs/evaluate.hpp"
#include "jobs/lists.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

using drivers::EntityIds;
using drivers::IdColumn;
using drivers::Interactions;
using drivers::PairRows;

/// A list per user: its rows in the order of `rank`, or of the file where there is no such column.
PairRows read_lists(io::Comm const& comm, std::string const& file) {
  io::Table const table = io::read_table(comm, file);
  PairRows rows;
  rows.user = drivers::id_column(comm, table.at("user"), table.range.first, file);
  rows.item = drivers::id_column(comm, table.at("item"), table.range.first, file);
  bool const has_rank = table.has("rank");
  io::agree(comm, "read recommendations", [&] {
    if (has_rank && table.at("rank").is_text())
      throw DataError(file + ": column 'rank' holds text; expected 1, 2, ...");
    for (std::int64_t i = 0; i < table.rows(); ++i) {
      double const rank = has_rank ? table.at("rank").number(i) : static_cast<double>(table.range.first + i);
      if (!(rank >= 0 && rank < 9e15)) {
        throw DataError(fmt::format("{}: {}: column 'rank' has no rank; expected 1, 2, ...", file,
                                    io::place_of_row(file, table.range.first + i)));
      }
      rows.time.push_back(static_cast<std::int64_t>(rank));
      rows.order.push_back(table.range.first + i);
    }
  });
  return rows;
}

/// Recommendations and truth in the same numbers.
struct Judged {
  Interactions relevant, lists;
  std::vector<std::int64_t> training_counts;
  std::int64_t training_users = 0;
};

Judged read_judged(Context const& context, RankingOptions const& options) {
  io::Comm const& comm = context.comm;
  drivers::InteractionFormat const format = interaction_format(context, options.interactions);
  drivers::InteractionCounts truth_counts, train_counts;
  PairRows const truth = drivers::read_pairs(comm, paths_of(options.interactions.files), format, &truth_counts);
  report_quarantine(context, options.interactions, truth_counts);
  PairRows const lists = read_lists(comm, options.recommendations);
  PairRows const train = drivers::read_pairs(comm, paths_of(options.train), format, &train_counts);
  report_quarantine(context, options.interactions, train_counts);
  std::array<IdColumn const*, 3> const user_columns{&truth.user, &truth.users_alone, &lists.user};
  std::array<IdColumn const*, 3> const item_columns{&truth.item, &lists.item, &train.item};
  EntityIds const users = drivers::distinct_ids(comm, user_columns);
  EntityIds const items = drivers::distinct_ids(comm, item_columns);

  Judged judged;
  drivers::GatherOptions gather;
  gather.items = &items;
  gather.users = &users;
  judged.relevant = drivers::gather_interactions(comm, truth, gather);
  gather.users_here = &judged.relevant.users;
  drivers::GatherCounts counts;
  judged.lists = drivers::gather_interactions(comm, lists, gather, &counts);
  if (counts.repeated > 0) {
    throw DataError(
        fmt::format("{}: {} rows recommend an item to a user who has it on the list already; "
                    "expected every item once",
                    options.recommendations, counts.repeated));
  }
  if (!options.train.empty()) {
    drivers::GatherOptions as_items;
    as_items.items = &items;
    Interactions const trained = drivers::gather_interactions(comm, train, as_items);
    judged.training_counts = drivers::item_counts(comm, trained);
    judged.training_users = trained.users.total;
  }
  return judged;
}

std::vector<std::string> known_metrics(bool with_training) {
  std::vector<std::string> names = drivers::ranking_metric_names();
  std::vector<std::string> const& more = drivers::exposure_metric_names();
  if (with_training) names.insert(names.end(), more.begin(), more.end());
  return names;
}

void check_metrics(std::vector<std::string> const& metrics, bool with_training) {
  std::vector<std::string> const all = known_metrics(true);
  std::vector<std::string> const possible = known_metrics(with_training);
  for (std::string const& name : metrics) {
    if (std::find(all.begin(), all.end(), name) == all.end()) {
      throw ConfigError(fmt::format("unknown metric '{}'; did you mean '{}'? Metrics of recommendations: {}", name,
                                    io::nearest_name(name, all), fmt::join(all, ", ")));
    }
    if (std::find(possible.begin(), possible.end(), name) == possible.end()) {
      throw ConfigError(fmt::format("metric {} needs --train: the interactions that the model was trained on", name));
    }
  }
}

std::vector<int> list_lengths(std::string const& text) {
  std::vector<int> lengths;
  for (double const number : split_numbers("k", text)) {
    if (!(number >= 1 && number <= 1e6) || number != std::floor(number)) {
      throw ConfigError(fmt::format("--k: expected whole numbers from 1 on, found '{}'", text));
    }
    lengths.push_back(static_cast<int>(number));
  }
  if (lengths.empty()) throw ConfigError("--k: expected the length of the lists, as 20 or 5,10,20");
  return lengths;
}

}  // namespace

void add_ranking_options(po::options_description& out, RankingOptions& options) {
  out.add_options()("recommendations", po::value(&options.recommendations),
                    "output of recommend: columns user, item, and rank where rows are not in order")(
      "k", po::value(&options.k)->default_value(options.k), "recommendations: places that count, as 20 or 5,10,20")(
      "train", po::value(&options.train)->multitoken()->composing(),
      "recommendations: training interactions (format as --interactions), for coverage, avg_popularity, gini, "
      "tail_share and novelty");
  add_interaction_options(out, options.interactions);
}

void evaluate_recommendations(Context const& context, RankingOptions const& options,
                              std::vector<std::string> const& metrics) {
  bool const with_training = !options.train.empty();
  check_metrics(metrics, with_training);
  std::vector<int> const lengths = list_lengths(options.k);
  Judged const judged = read_judged(context, options);
  std::vector<std::string> const names = metrics.empty() ? known_metrics(with_training) : metrics;
  nlohmann::ordered_json result;
  std::string lines;
  for (int const k : lengths) {
    drivers::RankingQuality const quality = drivers::ranking_quality(
        context.comm, {judged.relevant, judged.lists, judged.training_counts, judged.training_users}, k);
    result["users"] = quality.users;
    result["users_without_relevant"] = quality.skipped;
    result["users_without_list"] = quality.without_list;
    for (std::string const& name : names) {
      double const value = quality.metrics.at(name);
      result[fmt::format("{}@{}", name, k)] = value;  // a missing value is written as null
      lines += fmt::format("{:<24} {:.6g}\n", fmt::format("{}@{}", name, k), value);
    }
  }
  lines = fmt::format("{} users ({} without relevant items skipped, {} without a list)\n", result["users"].dump(),
                      result["users_without_relevant"].dump(), result["users_without_list"].dump()) +
          lines;
  print_result(context, context.json ? result.dump(2) + "\n" : lines);
}

}  // namespace tidemill::jobs
