#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tidemill::io {

/// The name of a published night: DATE for the first of a date, DATE.2, DATE.3, ... for those after it.
struct NightName {
  std::string date;  ///< YYYY-MM-DD
  int revision = 1;

  std::string text() const;
  bool operator==(NightName const&) const = default;
  auto operator<=>(NightName const&) const = default;
};

/// Nullopt for texts that name no night.
std::optional<NightName> parse_night(std::string const& text);

/// The published nights of a tenant, oldest first. Not collective.
std::vector<NightName> list_nights(std::filesystem::path const& tenant);

/// The night that TENANT/current points to; empty when there is none. Throws DataError when `current` is something else
/// than a link to nights/NAME. Not collective.
std::string current_night(std::filesystem::path const& tenant);

}  // namespace tidemill::io
