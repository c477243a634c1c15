#include "drivers/generate/asset_world.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "drivers/generate/asset_feedback.hpp"
#include "drivers/generate/draws.hpp"

namespace tidemill::drivers {
namespace {

enum : std::uint32_t { asset_traits = 40, asset_kind = 42 };

constexpr std::array<AssetTheme, 8> themes{{
    {"breakfast", {"pancakes", "coffee", "morning", "eggs", "toast", "sunrise"}, "breakfast", -1, false},
    {"grill", {"smoke", "burger", "ribs", "charcoal", "steak", "sauce"}, "dinner", 196, false},
    {"green", {"salad", "vegan", "bowl", "herbs", "garden", "fresh"}, "lunch", 166, false},
    {"sweet", {"cake", "chocolate", "berries", "cream", "dessert", "sugar"}, "afternoon", 15, false},
    {"sea", {"fish", "oyster", "harbour", "lemon", "shrimp", "salt"}, "dinner", -1, false},
    {"family", {"kids", "sharing", "table", "weekend", "games", "birthday"}, "lunch", -1, true},
    {"night", {"cocktail", "music", "neon", "late", "bar", "friends"}, "late", -1, true},
    {"italian", {"pasta", "pizza", "basil", "olive", "tomato", "mozzarella"}, "dinner", -1, false},
}};
constexpr std::array<std::string_view, 5> kinds{"photo", "video", "menu board", "social post", "banner"};
constexpr std::array<std::string_view, 6> common_words{"our", "new", "enjoy", "today", "with", "best"};
constexpr auto theme_count = static_cast<std::int64_t>(themes.size());

std::int64_t mark_of(std::int64_t asset) { return asset / theme_count % 10; }

}  // namespace

std::string_view name_of(AssetTrend trend) {
  constexpr std::array<std::string_view, 3> names{"steady", "rising", "falling"};
  return names[static_cast<std::size_t>(trend)];
}

std::string_view name_of(PictureDefect defect) {
  constexpr std::array<std::string_view, 7> names{"none",  "blurred",   "dark",       "bright",
                                                  "noisy", "truncated", "mislabelled"};
  return names[static_cast<std::size_t>(defect)];
}

std::span<AssetTheme const> asset_themes() { return themes; }

AssetWorld make_asset_world(DemoSize size, std::uint64_t seed) {
  if (size == DemoSize::small) return {seed, 160, 300, 80};
  if (size == DemoSize::medium) return {seed, 4000, 10000, 800};
  return {seed, 40000, 400000, 800};
}

std::int64_t AssetWorld::theme_of_asset(std::int64_t asset) const { return asset % theme_count; }
std::int64_t AssetWorld::theme_of_user(std::int64_t user) const { return user * 5 % theme_count; }

AssetTrend AssetWorld::trend_of(std::int64_t asset) const {
  std::int64_t const mark = mark_of(asset);
  return mark == 1 ? AssetTrend::rising : mark == 2 ? AssetTrend::falling : AssetTrend::steady;
}

std::int64_t AssetWorld::text_original(std::int64_t asset) const {
  return mark_of(asset) == 7 ? asset - theme_count : -1;
}

std::int64_t AssetWorld::picture_original(std::int64_t asset) const {
  return asset < pictures && mark_of(asset) == 4 ? asset - theme_count : -1;
}

PictureDefect AssetWorld::defect_of(std::int64_t asset) const {
  if (asset >= pictures || mark_of(asset) != 6) return PictureDefect::none;
  return static_cast<PictureDefect>(1 + asset % theme_count % 6);
}

std::string AssetWorld::picture_file(std::int64_t asset) const {
  if (asset >= pictures) return {};
  bool const lies = defect_of(asset) == PictureDefect::mislabelled;
  return fmt::format("pictures/{:06}.{}", asset, lies ? "jpg" : "png");
}

std::string_view AssetWorld::kind_of(std::int64_t asset) const {
  Draws draws(seed, static_cast<std::uint64_t>(asset), asset_kind);
  return kinds[static_cast<std::size_t>(draws.below(5))];
}

AssetText asset_text(AssetWorld const& world, std::int64_t asset) {
  if (std::int64_t const original = world.text_original(asset); original >= 0) {
    AssetText copy = asset_text(world, original);
    copy.name += " again";
    copy.text.replace(copy.text.rfind(' ') + 1, std::string::npos, "instead.");
    return copy;
  }
  Draws draws(world.seed, static_cast<std::uint64_t>(asset), asset_traits);
  AssetTheme const& theme = themes[static_cast<std::size_t>(world.theme_of_asset(asset))];
  auto const word = [&] { return theme.words[static_cast<std::size_t>(draws.below(6))]; };
  auto const common = [&] { return common_words[static_cast<std::size_t>(draws.below(6))]; };
  AssetText result;
  std::set<std::string_view> const tags{word(), word(), word()};
  result.tags.assign(tags.begin(), tags.end());
  result.name = fmt::format("{} {} {}", word(), world.kind_of(asset), asset);
  result.text = common();
  for (int w = 0; w < 24; ++w) result.text += fmt::format(" {}", draws.chance(0.6) ? word() : common());
  result.text += '.';
  return result;
}

std::string assets_truth(AssetWorld const& world, std::int64_t interactions) {
  nlohmann::ordered_json truth{
      {"about",
       "asset a has theme a mod 8, user u has theme 5 u mod 8; four in five interactions of a user are drawn from the "
       "user's own theme. Each theme is sought at its daypart, some at the weekend or in one part of the year; videos "
       "on the app. Rising and falling assets: density of interactions from 0 to three times the mean over the "
       "year, with the square of the time, or down from it; others follow the season of their theme. Those who like "
       "are numbered after the users; message m "
       "has "
       "the intent of number m modulo their count, the last one of which means none of the others"},
      {"seed", world.seed},
      {"assets", world.assets},
      {"users", world.users},
      {"interactions", interactions},
      {"theme_share", theme_share},
      {"daypart_share", daypart_share},
      {"channel_share", channel_share}};
  truth["likers"] = likers(world);
  truth["messages"] = messages(world);
  truth["intents"] = message_intents();
  for (AssetTheme const& theme : themes) {
    truth["themes"].push_back(theme.name);
    truth["theme_traits"].push_back({{"name", theme.name},
                                     {"words", theme.words},
                                     {"daypart", theme.daypart},
                                     {"peak_day", theme.peak_day},
                                     {"weekend", theme.weekend}});
  }
  truth["rising"] = truth["falling"] = truth["copied_texts"] = truth["copied_pictures"] =
      nlohmann::ordered_json::array();
  for (std::int64_t asset = 0; asset < world.assets; ++asset) {
    if (world.trend_of(asset) != AssetTrend::steady)
      truth[std::string(name_of(world.trend_of(asset)))].push_back(asset);
    if (world.text_original(asset) >= 0) truth["copied_texts"].push_back({asset, world.text_original(asset)});
    if (world.picture_original(asset) >= 0) truth["copied_pictures"].push_back({asset, world.picture_original(asset)});
    if (PictureDefect const defect = world.defect_of(asset); defect != PictureDefect::none) {
      truth["defects"][std::string(name_of(defect))].push_back(asset);
    }
  }
  return truth.dump(1) + "\n";
}

}  // namespace tidemill::drivers
