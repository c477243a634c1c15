#include "drivers/truth/asset_recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t list_places = 10, similar_places = 5;

std::int64_t id_at(io::Column const& column, std::int64_t row) {
  return column.is_text() ? std::stoll(column.text(row)) : column.integers[static_cast<std::size_t>(row)];
}

/// Users' and assets' themes; see generate_assets.
std::int64_t theme_of_asset(std::int64_t asset) { return asset % 8; }
std::int64_t theme_of_user(std::int64_t user) { return user * 5 % 8; }

/// Share of the rows with rank <= places whose two themes agree.
template <class ThemeOf>
double agreeing_share(io::Table const& lists, char const* subject, char const* object, std::int64_t places,
                      ThemeOf const& theme_of_subject) {
  std::int64_t rows = 0, agreeing = 0;
  for (std::int64_t row = 0; row < lists.rows(); ++row) {
    if (lists.at("rank").integers[static_cast<std::size_t>(row)] > places) continue;
    ++rows;
    agreeing += theme_of_subject(id_at(lists.at(subject), row)) == theme_of_asset(id_at(lists.at(object), row)) ? 1 : 0;
  }
  return rows > 0 ? static_cast<double>(agreeing) / static_cast<double>(rows) : NAN;
}

std::set<std::int64_t> numbers_of(Json const& list) {
  std::set<std::int64_t> numbers;
  for (Json const& one : list) numbers.insert(one.get<std::int64_t>());
  return numbers;
}

/// Themes that are sought the same all year.
std::set<std::int64_t> themes_without_season(Json const& truth) {
  std::set<std::int64_t> themes;
  for (std::size_t t = 0; t < truth.at("theme_traits").size(); ++t) {
    if (truth.at("theme_traits")[t].at("peak_day").get<int>() < 0) themes.insert(static_cast<std::int64_t>(t));
  }
  return themes;
}

void compare_trends(Json const& truth, io::Table const& trends, AssetRecovery& recovery) {
  std::set<std::int64_t> const rising = numbers_of(truth.at("rising")), falling = numbers_of(truth.at("falling"));
  std::set<std::int64_t> const plain = themes_without_season(truth);
  for (std::int64_t row = 0; row < trends.rows(); ++row) {
    std::int64_t const asset = id_at(trends.at("item"), row);
    std::string const& found = trends.at("trend").text(row);
    bool const is_rising = found == "rising", is_falling = found == "falling";
    if (rising.count(asset) != 0) {
      ++recovery.rising;
      recovery.rising_found += is_rising ? 1 : 0;
    } else if (falling.count(asset) != 0) {
      ++recovery.falling;
      recovery.falling_found += is_falling ? 1 : 0;
    } else if (plain.count(theme_of_asset(asset)) != 0) {
      ++recovery.steady;
      recovery.steady_called += is_rising || is_falling ? 1 : 0;
    }
  }
}

/// "000012.png" is the picture of asset 12.
std::int64_t asset_of_path(std::string const& path) {
  std::size_t const name = path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1;
  return std::stoll(path.substr(name));
}

void compare_copies(Json const& truth, io::Table const& duplicates, AssetRecovery& recovery) {
  std::map<std::int64_t, std::vector<std::int64_t>> groups;
  for (std::int64_t row = 0; row < duplicates.rows(); ++row) {
    groups[id_at(duplicates.at("cluster"), row)].push_back(asset_of_path(duplicates.at("path").text(row)));
  }
  std::set<std::pair<std::int64_t, std::int64_t>> found, built;
  for (auto& [cluster, assets] : groups) {
    std::sort(assets.begin(), assets.end());
    for (std::size_t a = 0; a < assets.size(); ++a) {
      for (std::size_t b = a + 1; b < assets.size(); ++b) found.insert({assets[a], assets[b]});
    }
  }
  for (Json const& pair : truth.at("copied_pictures")) {
    auto const [low, high] = std::minmax({pair[0].get<std::int64_t>(), pair[1].get<std::int64_t>()});
    built.insert({low, high});
  }
  recovery.copies = static_cast<std::int64_t>(built.size());
  for (auto const& pair : found) ++(built.count(pair) != 0 ? recovery.copies_found : recovery.copies_wrong);
}

void compare_files(Json const& truth, io::Table const& quality, AssetRecovery& recovery) {
  Json const defects = truth.value("defects", Json::object());
  auto const named = [&](char const* name) { return numbers_of(defects.value(name, Json::array())); };
  std::set<std::int64_t> const truncated = named("truncated"), mislabelled = named("mislabelled");
  for (std::int64_t row = 0; row < quality.rows(); ++row) {
    std::int64_t const asset = asset_of_path(quality.at("path").text(row));
    if (truncated.count(asset) != 0) {
      ++recovery.truncated;
      recovery.truncated_found += quality.at("status").text(row) == "decoded" ? 0 : 1;
    }
    if (mislabelled.count(asset) != 0) {
      ++recovery.mislabelled;
      recovery.mislabelled_found += quality.at("consistent").number(row) == 0 ? 1 : 0;
    }
  }
}

Json share_or_null(double value) { return std::isnan(value) ? Json() : Json(value); }

}  // namespace

bool is_asset_truth(std::string const& truth_json) {
  Json const truth = Json::parse(truth_json, nullptr, false);
  return truth.is_object() && truth.contains("assets") && truth.contains("theme_traits");
}

AssetRecovery measure_asset_recovery(std::string const& truth_json, AssetNightTables const& night) {
  if (!is_asset_truth(truth_json)) {
    throw DataError(
        "truth.json: expected an object with assets and theme_traits as `tidemill generate --what assets` "
        "writes it");
  }
  Json const truth = Json::parse(truth_json);
  AssetRecovery recovery;
  if (night.recommendations != nullptr) {
    recovery.theme_share = agreeing_share(*night.recommendations, "user", "item", list_places, theme_of_user);
    recovery.chance_share = 1.0 / static_cast<double>(truth.at("theme_traits").size());
  }
  if (night.similar != nullptr) {
    recovery.similar_share = agreeing_share(*night.similar, "item", "neighbour", similar_places, theme_of_asset);
  }
  if (night.trends != nullptr) compare_trends(truth, *night.trends, recovery);
  if (night.duplicates != nullptr) compare_copies(truth, *night.duplicates, recovery);
  if (night.quality != nullptr) compare_files(truth, *night.quality, recovery);
  return recovery;
}

std::string asset_recovery_text(AssetRecovery const& r) {
  std::string text = "How much of the built-in truth the night found\n";
  if (!std::isnan(r.theme_share)) {
    text += fmt::format("  lists        {:.0f} % of the first {} places in the user's own theme (by chance {:.0f} %)\n",
                        100 * r.theme_share, list_places, 100 * r.chance_share);
  }
  if (!std::isnan(r.similar_share)) {
    text += fmt::format("  similar      {:.0f} % of the first {} neighbours in the asset's own theme\n",
                        100 * r.similar_share, similar_places);
  }
  if (r.rising + r.falling + r.steady > 0) {
    text += fmt::format(
        "  trends       {} of {} rising and {} of {} falling assets found; {} of {} without a trend called one\n",
        r.rising_found, r.rising, r.falling_found, r.falling, r.steady_called, r.steady);
  }
  if (r.copies > 0) {
    text += fmt::format("  copies       {} of {} pairs of pictures found, {} found that are none\n", r.copies_found,
                        r.copies, r.copies_wrong);
  }
  if (r.truncated + r.mislabelled > 0) {
    text += fmt::format("  files        {} of {} truncated and {} of {} mislabelled pictures found\n",
                        r.truncated_found, r.truncated, r.mislabelled_found, r.mislabelled);
  }
  return text;
}

std::string asset_recovery_json(AssetRecovery const& r) {
  nlohmann::ordered_json const json{{"theme_share", share_or_null(r.theme_share)},
                                    {"chance_share", share_or_null(r.chance_share)},
                                    {"similar_share", share_or_null(r.similar_share)},
                                    {"rising", r.rising},
                                    {"rising_found", r.rising_found},
                                    {"falling", r.falling},
                                    {"falling_found", r.falling_found},
                                    {"steady", r.steady},
                                    {"steady_called", r.steady_called},
                                    {"copies", r.copies},
                                    {"copies_found", r.copies_found},
                                    {"copies_wrong", r.copies_wrong},
                                    {"truncated", r.truncated},
                                    {"truncated_found", r.truncated_found},
                                    {"mislabelled", r.mislabelled},
                                    {"mislabelled_found", r.mislabelled_found}};
  return json.dump(2) + "\n";
}

}  // namespace tidemill::drivers
