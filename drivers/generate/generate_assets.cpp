#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "drivers/generate/draws.hpp"
#include "drivers/generate/generate.hpp"
#include "drivers/generate/text.hpp"
#include "io/store/commit.hpp"

namespace tidemill::drivers {
namespace {

enum Purpose : std::uint32_t { asset_traits = 40, user_traits = 41 };

struct Theme {
  std::string_view name;
  std::array<std::string_view, 6> words;
};

/// What people like: every user and every asset belongs to one theme.
constexpr std::array<Theme, 8> themes{{
    {"breakfast", {"pancakes", "coffee", "morning", "eggs", "toast", "sunrise"}},
    {"grill", {"smoke", "burger", "ribs", "charcoal", "steak", "sauce"}},
    {"green", {"salad", "vegan", "bowl", "herbs", "garden", "fresh"}},
    {"sweet", {"cake", "chocolate", "berries", "cream", "dessert", "sugar"}},
    {"sea", {"fish", "oyster", "harbour", "lemon", "shrimp", "salt"}},
    {"family", {"kids", "sharing", "table", "weekend", "games", "birthday"}},
    {"night", {"cocktail", "music", "neon", "late", "bar", "friends"}},
    {"italian", {"pasta", "pizza", "basil", "olive", "tomato", "mozzarella"}},
}};
constexpr std::array<std::string_view, 5> kinds{"photo", "video", "menu board", "social post", "banner"};
constexpr std::array<std::string_view, 6> common_words{"our", "new", "enjoy", "today", "with", "best"};

struct Extent {
  std::int64_t assets;
  std::int64_t users;
};

Extent extent_of(DemoSize size) {
  switch (size) {
    case DemoSize::small:
      return {160, 300};
    case DemoSize::medium:
      return {4000, 10000};
    default:
      return {40000, 400000};
  }
}

constexpr auto theme_count = static_cast<std::int64_t>(themes.size());

std::int64_t theme_of_asset(std::int64_t asset) { return asset % theme_count; }
std::int64_t theme_of_user(std::int64_t user) { return user * 5 % theme_count; }

std::string catalogue_rows(std::uint64_t seed, io::RowRange const& assets) {
  RowText rows("\n");
  for (std::int64_t asset = assets.first; asset < assets.end(); ++asset) {
    Draws draws(seed, static_cast<std::uint64_t>(asset), asset_traits);
    Theme const& theme = themes[static_cast<std::size_t>(theme_of_asset(asset))];
    auto const word = [&] { return theme.words[static_cast<std::size_t>(draws.below(6))]; };
    auto const common = [&] { return common_words[static_cast<std::size_t>(draws.below(6))]; };
    std::string_view const kind = kinds[static_cast<std::size_t>(draws.below(5))];
    std::set<std::string_view> const tags{word(), word(), word()};
    std::string text{common()};
    for (int w = 0; w < 8; ++w) text += fmt::format(" {}", draws.chance(0.6) ? word() : common());
    rows.cell(asset).cell(fmt::format("{} {} {}", word(), kind, asset)).cell(kind);
    rows.cell(fmt::format("{}", fmt::join(tags, ";"))).cell(text + ".").end_row();
  }
  return rows.text();
}

/// Four in five interactions are with assets of the user's own theme; within a theme early assets are more popular.
std::string interaction_rows(std::uint64_t seed, Extent const& extent, io::RowRange const& users, std::int64_t& count) {
  RowText rows("\n");
  for (std::int64_t user = users.first; user < users.end(); ++user) {
    Draws draws(seed, static_cast<std::uint64_t>(user), user_traits);
    std::int64_t const wanted = 5 + draws.negative_binomial(15.0, 2.0);
    std::set<std::int64_t> seen;
    for (std::int64_t attempt = 0; attempt < wanted; ++attempt) {
      double const u = draws.uniform();
      std::int64_t const theme = draws.chance(0.8) ? theme_of_user(user) : draws.below(theme_count);
      auto const place = static_cast<std::int64_t>(u * u * static_cast<double>(extent.assets / theme_count));
      std::int64_t const asset = place * theme_count + theme;
      std::int64_t const time = 1767225600 + draws.below(180 * 86400);
      std::int64_t const value = 1 + draws.below(3);
      if (!seen.insert(asset).second) continue;
      rows.cell(user).cell(asset).cell(value).cell(time).end_row();
      ++count;
    }
  }
  return rows.text();
}

std::string assets_truth(std::uint64_t seed, Extent const& extent, std::int64_t interactions) {
  nlohmann::ordered_json truth{{"about",
                                "affinity groups: asset a has theme a mod 8, user u has theme 5 u mod 8; four "
                                "in five interactions of a user are drawn from the user's own theme"},
                               {"seed", seed},
                               {"assets", extent.assets},
                               {"users", extent.users},
                               {"interactions", interactions}};
  for (Theme const& theme : themes) truth["themes"].push_back(theme.name);
  return truth.dump(1) + "\n";
}

}  // namespace

std::string generate_assets(io::Comm const& comm, DemoSize size, std::uint64_t seed,
                            std::filesystem::path const& folder) {
  Extent const extent = extent_of(size);
  bool const root = comm.is_root();
  std::string const assets = catalogue_rows(seed, io::even_share(extent.assets, comm.rank(), comm.size()));
  io::commit_text(comm, folder / "catalogue.csv", (root ? "id,name,category,tags,text\n" : "") + assets);
  std::int64_t count = 0;
  std::string const rows =
      interaction_rows(seed, extent, io::even_share(extent.users, comm.rank(), comm.size()), count);
  io::commit_text(comm, folder / "interactions.csv", (root ? "user,item,value,time\n" : "") + rows);
  std::int64_t const interactions = comm.sum(count);
  io::commit_text(comm, folder / "truth.json", root ? assets_truth(seed, extent, interactions) : std::string());
  return fmt::format("{} assets, {} users, {} interactions", extent.assets, extent.users, interactions);
}

}  // namespace tidemill::drivers
