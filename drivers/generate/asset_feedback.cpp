#include "drivers/generate/asset_feedback.hpp"

#include <algorithm>
#include <array>

#include "drivers/generate/draws.hpp"

namespace tidemill::drivers {
namespace {

enum : std::uint32_t { message_words = 47 };

constexpr std::int64_t theme_total = 8;
constexpr std::int64_t places_liked = 3;

struct Intent {
  std::string_view name;
  std::array<std::string_view, 6> words;
};
constexpr std::array<Intent, 7> intents{{
    {"booking", {"table", "reserve", "tonight", "seats", "party", "evening"}},
    {"hours", {"open", "close", "sunday", "holiday", "hours", "until"}},
    {"delivery", {"deliver", "driver", "address", "late", "order", "bring"}},
    {"allergy", {"nuts", "gluten", "allergic", "contains", "dairy", "ingredients"}},
    {"complaint", {"cold", "refund", "wrong", "rude", "waited", "disappointed"}},
    {"gift card", {"voucher", "gift", "balance", "redeem", "card", "present"}},
    {"other", {"weather", "football", "joke", "planet", "song", "riddle"}},
}};
constexpr std::array<std::string_view, 6> polite_words{"please", "hello", "can", "you", "your", "thanks"};

}  // namespace

std::int64_t likers(AssetWorld const& world) { return world.users / 20; }

std::vector<std::int64_t> liked_assets(AssetWorld const& world, std::int64_t liker) {
  std::int64_t const theme = world.theme_of_user(world.users + liker);
  std::int64_t const places = world.assets / theme_total;
  std::vector<std::int64_t> liked;
  for (std::int64_t i = 0; i < std::min(places_liked, places); ++i) {
    liked.push_back((liker + i * 2) % places * theme_total + theme);
  }
  return liked;
}

std::vector<std::int64_t> blocked_assets(AssetWorld const& world, std::int64_t user) {
  if (user % 10 != 3) return {};
  std::int64_t const theme = world.theme_of_user(user);
  return {theme, theme_total * 3 + theme};
}

std::int64_t messages(AssetWorld const& world) { return world.users * 2; }

AssetMessage message_of(AssetWorld const& world, std::int64_t message) {
  Intent const& intent = intents[static_cast<std::size_t>(message) % intents.size()];
  Draws draws(world.seed, static_cast<std::uint64_t>(message), message_words);
  AssetMessage result{"", intent.name, draws.chance(0.7)};
  for (int w = 0; w < 9; ++w) {
    auto const& words = draws.chance(0.4) ? intent.words : polite_words;
    result.text += (w == 0 ? "" : " ") + std::string(words[static_cast<std::size_t>(draws.below(6))]);
  }
  return result;
}

std::vector<std::string_view> message_intents() {
  std::vector<std::string_view> names;
  for (Intent const& intent : intents) names.push_back(intent.name);
  return names;
}

}  // namespace tidemill::drivers
