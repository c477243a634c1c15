#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/generate/chain.hpp"

namespace tidemill::drivers {

/// What people like: every user and every asset belongs to one theme. Its assets are sought at one time of day and, for
/// some, more in one part of the year or at the weekend.
struct AssetTheme {
  std::string_view name;
  std::array<std::string_view, 6> words;
  std::string_view daypart;  ///< as recommenders name them (drivers/context)
  int peak_day;              ///< of the year; -1: the same all year
  bool weekend;              ///< mostly on Saturday and Sunday
};

enum class AssetTrend { steady, rising, falling };
enum class PictureDefect { none, blurred, dark, bright, noisy, truncated, mislabelled };
std::string_view name_of(AssetTrend trend);
std::string_view name_of(PictureDefect defect);

/// Assets, users and what is built into them, a function of (size, seed) and the asset's or user's number:
///   theme      asset mod 8; user 5 u mod 8
///   place      asset / 8: within a theme the smaller places are more popular
///   place mod 10 = 1 rising, 2 falling, 4 picture is an altered copy of asset - 8's, 6 picture has a defect,
///   7 text is that of asset - 8 with one word changed
struct AssetWorld {
  std::uint64_t seed = 1;
  std::int64_t assets = 0;
  std::int64_t users = 0;
  std::int64_t pictures = 0;  ///< assets below this have one

  std::int64_t theme_of_asset(std::int64_t asset) const;
  std::int64_t theme_of_user(std::int64_t user) const;
  AssetTrend trend_of(std::int64_t asset) const;
  std::int64_t text_original(std::int64_t asset) const;     ///< -1: it has a text of its own
  std::int64_t picture_original(std::int64_t asset) const;  ///< -1: it has a picture of its own, or none
  PictureDefect defect_of(std::int64_t asset) const;
  std::string picture_file(std::int64_t asset) const;  ///< relative to the output folder; empty: none
  std::string_view kind_of(std::int64_t asset) const;  ///< the category: photo, video, ...
};
AssetWorld make_asset_world(DemoSize size, std::uint64_t seed);
std::span<AssetTheme const> asset_themes();

/// One row of the catalogue.
struct AssetText {
  std::string name;
  std::vector<std::string_view> tags;  ///< ascending
  std::string text;
};
AssetText asset_text(AssetWorld const& world, std::int64_t asset);

/// Something a user did with an asset.
struct AssetEvent {
  std::int64_t asset;
  std::int64_t value;
  std::int64_t time;  ///< seconds since 1970-01-01, in 2026
  std::string_view channel;
};
/// All of a user, each asset once. Four in five are with the user's own theme. Shares: see assets_truth.
std::vector<AssetEvent> asset_events(AssetWorld const& world, std::int64_t user);

constexpr double theme_share = 0.8;  ///< of a user's events in the user's theme
constexpr double daypart_share =
    0.65;  ///< of an asset's events in its theme's daypart, before those that fall there anyhow
constexpr double channel_share = 0.7;  ///< of a video's events on the app

/// What an analysis should find, as JSON.
std::string assets_truth(AssetWorld const& world, std::int64_t interactions);

/// The picture of an asset as the bytes of its file, defects included.
std::string asset_picture(AssetWorld const& world, std::int64_t asset);

}  // namespace tidemill::drivers
