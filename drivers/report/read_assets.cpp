#include "drivers/report/read_assets.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "drivers/metrics/ranking.hpp"
#include "drivers/report/night_tables.hpp"
#include "drivers/text/labels.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers::report {
namespace {

/// A column of ids, whole numbers or texts, as texts; empty when the night has no such table or column.
std::vector<std::string> ids_in(io::Hdf5File& file, char const* group, char const* name) {
  std::vector<std::string> ids;
  if (!file.has(group)) return ids;
  io::Table const table = io::read_table_group(io::Comm::self(), file, group);
  if (!table.has(name)) return ids;
  io::Column const& column = table.at(name);
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    if (column.is_text()) {
      ids.push_back(column.text(row));
    } else {
      bool const is_missing = column.is_missing(row);
      ids.push_back(is_missing ? "" : std::to_string(column.integers.at(static_cast<std::size_t>(row))));
    }
  }
  return ids;
}

/// Names of assets by id; the id where the catalogue has none.
class AssetNames {
 public:
  explicit AssetNames(io::Hdf5File& file) {
    std::vector<std::string> const ids = ids_in(file, "assets", "id"), names = ids_in(file, "assets", "name");
    for (std::size_t i = 0; i < names.size(); ++i) names_[ids[i]] = names[i];
  }
  std::string of(std::string const& id) const {
    auto const found = names_.find(id);
    return found == names_.end() || found->second.empty() ? id : found->second;
  }

 private:
  std::map<std::string, std::string> names_;
};

void read_overview(NightTable const& table, AssetReport& assets) {
  if (table.rows() == 0) return;
  InteractionOverview& overview = assets.overview;
  overview.pairs_read = table.whole("pairs_read", 0);
  overview.pairs_kept = table.whole("pairs_kept", 0);
  overview.below_threshold = table.whole("below_threshold", 0);
  overview.repeated = table.whole("repeated", 0);
  overview.quarantined = table.whole("quarantined", 0);
  overview.after_date = table.whole("after_date", 0);
  overview.users = table.whole("users", 0);
  overview.assets = table.whole("assets", 0);
  overview.first_day = table.whole("first_day", 0, io::missing_integer);
  overview.last_day = table.whole("last_day", 0, io::missing_integer);
}

void read_models(NightTable const& table, AssetReport& assets) {
  std::vector<std::string> names = ranking_metric_names();
  for (std::string const& name : exposure_metric_names()) names.push_back(name);
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    std::string const model = table.text("model", row);
    auto found = std::find_if(assets.models.begin(), assets.models.end(),
                              [&](ModelQuality const& one) { return one.model == model; });
    if (found == assets.models.end()) {
      found = assets.models.insert(found, ModelQuality{});
      found->model = model;
    }
    found->is_baseline = table.whole("is_baseline", row) == 1;
    found->is_champion = table.whole("is_champion", row) == 1;
    if (table.has("parent")) found->parent = table.text("parent", row);
    found->k = static_cast<int>(table.whole("k", row));
    bool const is_test = table.text("part", row) == "test";
    if (is_test) found->users = table.whole("users", row);
    for (std::string const& name : names) (is_test ? found->test : found->validation)[name] = table.number(name, row);
  }
  std::stable_sort(assets.models.begin(), assets.models.end(), [](ModelQuality const& a, ModelQuality const& b) {
    if (a.is_baseline != b.is_baseline) return b.is_baseline;
    return a.test.at("ndcg") > b.test.at("ndcg");
  });
}

void read_verdict(NightTable const& table, RecommenderVerdict& tonight) {
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    std::string const version = table.text("version", row);
    bool const is_second = tonight.is_there && version != tonight.version;
    if (is_second && tonight.refreshed.empty()) tonight.refreshed.emplace_back();
    RecommenderVerdict& verdict = is_second ? tonight.refreshed.front() : tonight;
    verdict.is_there = true;
    verdict.version = version;
    verdict.compared_with = table.text("compared_with", row);
    verdict.reason = table.text("reason", row);
    verdict.rung = table.text("rung", row);
    verdict.promoted = table.whole("promoted", row) == 1;
    verdict.users = table.whole("users", row);
    verdict.figures.push_back({table.text("metric", row), table.text("role", row), table.number("champion", row),
                               table.number("challenger", row), table.number("lower", row),
                               table.number("needed_above", row), table.whole("passed", row) == 1});
  }
}

void read_audience(NightTable const& table, AudienceOverview& audience) {
  if (table.rows() == 0) return;
  audience.users = table.whole("users", 0);
  audience.without_history = table.whole("without_history", 0);
  audience.likes = table.whole("likes", 0);
  audience.blocks = table.whole("blocks", 0);
  audience.gone_items = table.whole("gone_items", 0);
  for (char const* rung : {"model", "content", "segment", "popularity"}) {
    audience.places.emplace_back(rung, table.whole(std::string("places_") + rung, 0));
  }
}

/// Of several labels with a semicolon between them each counts.
void read_texts(NightTable const& labels, NightTable const& quality, TextReport& texts) {
  std::map<std::string, std::int64_t> counts;
  texts.texts = labels.rows();
  if (labels.rows() > 0) texts.version = labels.text("version", 0);
  if (labels.rows() > 0) texts.rung = labels.text("rung", 0);
  for (std::int64_t row = 0; row < labels.rows(); ++row) {
    for (std::string const& label : split_labels(labels.text("label", row), ';')) ++counts[label];
  }
  texts.labels.assign(counts.begin(), counts.end());
  std::stable_sort(texts.labels.begin(), texts.labels.end(),
                   [](auto const& a, auto const& b) { return a.second > b.second; });
  for (std::int64_t row = 0; row < quality.rows(); ++row) {
    texts.quality.emplace_back(quality.text("metric", row), quality.number("value", row));
    texts.trained_on = quality.whole("trained_on", row);
    texts.judged_on = quality.whole("judged_on", row);
  }
}

void read_attention(NightTable const& table, AssetReport& assets) {
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    std::string const name = table.text("curve", row);
    if (assets.attention.empty() || assets.attention.back().name != name) {
      assets.attention.push_back({name, {}, table.number("gini", row)});
    }
    assets.attention.back().share.push_back(table.number("attention", row));
  }
}

std::vector<AssetList> lists_of(io::Hdf5File& file, char const* group, AssetNames const& names,
                                bool subjects_are_assets) {
  NightTable const table(file, group);
  std::vector<std::string> const users = ids_in(file, group, "user"), items = ids_in(file, group, "item"),
                                 reasons = ids_in(file, group, "because_item");
  std::vector<AssetList> lists;
  std::string subject;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    auto const at = static_cast<std::size_t>(row);
    std::string const& user = users[at];
    if (lists.empty() || subject != user) lists.push_back({subjects_are_assets ? names.of(user) : user, {}, {}});
    subject = user;
    std::string const item = names.of(items[at]);
    if (table.text("part", row) == "history") {
      lists.back().history.push_back(item);
      continue;
    }
    std::string const because = reasons.empty() ? "" : reasons[at];
    lists.back().assets.push_back(
        {item, table.number("score", row), table.text("rung", row), because.empty() ? "" : names.of(because)});
  }
  return lists;
}

void read_asset_trends(NightTable const& trends, NightTable const& weeks, AssetNames const& names,
                       AssetReport& assets) {
  std::map<std::string, std::vector<double>> weekly;
  for (std::int64_t row = 0; row < weeks.rows(); ++row) {
    weekly[weeks.text("item_key", row)].push_back(weeks.number("units", row));
  }
  for (std::int64_t row = 0; row < trends.rows(); ++row) {
    std::string const item = trends.text("item", row);
    assets.trends.push_back({names.of(item), trends.text("trend", row), trends.number("slope_per_week", row) * 7,
                             trends.number("mean_units", row) * 7, trends.number("q", row),
                             trends.number("season_strength", row), weekly[item]});
  }
  // Assets too new to tell have no slope: they come last.
  auto const steepness = [](AssetTrend const& trend) {
    double const share = std::abs(trend.change / trend.level);
    return std::isfinite(share) ? share : -1.0;
  };
  std::stable_sort(assets.trends.begin(), assets.trends.end(),
                   [&](AssetTrend const& a, AssetTrend const& b) { return steepness(a) > steepness(b); });
}

}  // namespace

AssetReport read_assets(std::filesystem::path const& results_file) {
  io::Hdf5File file = io::Hdf5File::open(io::Comm::self(), results_file);
  auto const table = [&](char const* name) { return NightTable(file, name); };
  AssetReport assets;
  assets.has_sales = file.has("forecast");
  assets.is_there = file.has("interactions");
  AssetNames const names(file);
  read_overview(table("interactions"), assets);
  read_models(table("model_metrics"), assets);
  read_verdict(table("recommender_gate"), assets.verdict);
  read_audience(table("audience"), assets.audience);
  read_texts(table("text_labels"), table("text_quality"), assets.texts);
  read_attention(table("attention"), assets);
  assets.examples = lists_of(file, "example_lists", names, false);
  assets.neighbours = lists_of(file, "example_neighbours", names, true);
  read_asset_trends(table("asset_trends"), table("asset_weeks"), names, assets);
  read_pictures(file, assets.pictures);
  return assets;
}

}  // namespace tidemill::drivers::report
