#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/generate/asset_world.hpp"

namespace tidemill::drivers {

// What people say of assets, and what they write: functions of the world and of numbers, as everything in it.

/// People who only ever liked something: numbered after the users.
std::int64_t likers(AssetWorld const& world);
/// The assets of their theme that they like.
std::vector<std::int64_t> liked_assets(AssetWorld const& world, std::int64_t liker);

/// What a user never wants to see, of their own theme; most users block nothing.
std::vector<std::int64_t> blocked_assets(AssetWorld const& world, std::int64_t user);

/// A message to the company.
struct AssetMessage {
  std::string text;
  std::string_view intent;
  bool is_labelled;  ///< seven in ten are
};
std::int64_t messages(AssetWorld const& world);
/// Message m has the intent of number m modulo their count; the last intent means: none of the others.
AssetMessage message_of(AssetWorld const& world, std::int64_t message);
std::vector<std::string_view> message_intents();

}  // namespace tidemill::drivers
