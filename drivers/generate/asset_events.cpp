#include <cmath>
#include <numbers>
#include <set>

#include "drivers/generate/asset_world.hpp"
#include "drivers/generate/calendar.hpp"
#include "drivers/generate/draws.hpp"

namespace tidemill::drivers {
namespace {

enum : std::uint32_t { user_traits = 41 };

constexpr std::int64_t seconds_per_day = 86400;
constexpr std::int64_t year_days = 365;
constexpr double season_swing = 0.6;

struct Daypart {
  std::string_view name;
  std::int64_t first_hour, end_hour;
  double share;  ///< of what has no daypart of its own
};
constexpr std::array<Daypart, 5> dayparts{{{"breakfast", 6, 11, 0.20},
                                           {"lunch", 11, 15, 0.30},
                                           {"afternoon", 15, 17, 0.15},
                                           {"dinner", 17, 22, 0.30},
                                           {"late", 22, 24, 0.05}}};

Daypart const& draw_daypart(Draws& draws, std::string_view favourite) {
  if (draws.chance(daypart_share)) {
    for (Daypart const& part : dayparts) {
      if (part.name == favourite) return part;
    }
  }
  double left = draws.uniform();
  for (Daypart const& part : dayparts) {
    left -= part.share;
    if (left < 0) return part;
  }
  return dayparts.back();
}

/// Day of the year, from 0.
std::int64_t draw_day(Draws& draws, AssetTheme const& theme, AssetTrend trend, std::int64_t first_day) {
  auto const on = [](double share) {
    return std::min(year_days - 1, static_cast<std::int64_t>(share * static_cast<double>(year_days)));
  };
  for (;;) {
    double const u = draws.uniform();
    std::int64_t const day = on(trend == AssetTrend::steady   ? u
                                : trend == AssetTrend::rising ? std::cbrt(u)
                                                              : 1 - std::cbrt(u));
    double keep = 1;
    if (trend == AssetTrend::steady && theme.peak_day >= 0) {
      double const phase = 2 * std::numbers::pi * static_cast<double>(day - theme.peak_day) / 365;
      keep *= (1 + season_swing * std::cos(phase)) / (1 + season_swing);
    }
    if (theme.weekend && calendar_day(first_day + day).weekday < 5) keep *= 0.3;
    if (draws.chance(keep)) return day;
  }
}

std::string_view draw_channel(Draws& draws, std::string_view kind) {
  if (kind == "video" && draws.chance(channel_share)) return "app";
  double const u = draws.uniform();
  return u < 0.4 ? "app" : u < 0.8 ? "web" : "kiosk";
}

}  // namespace

std::vector<AssetEvent> asset_events(AssetWorld const& world, std::int64_t user) {
  std::int64_t const first_day = day_number(2026, 1, 1);
  auto const theme_count = static_cast<std::int64_t>(asset_themes().size());
  Draws draws(world.seed, static_cast<std::uint64_t>(user), user_traits);
  std::int64_t const wanted = 5 + draws.negative_binomial(15.0, 2.0);
  std::set<std::int64_t> seen;
  std::vector<AssetEvent> events;
  for (std::int64_t attempt = 0; attempt < wanted; ++attempt) {
    double const u = draws.uniform();
    std::int64_t const number = draws.chance(theme_share) ? world.theme_of_user(user) : draws.below(theme_count);
    auto const place = static_cast<std::int64_t>(u * u * static_cast<double>(world.assets / theme_count));
    std::int64_t const asset = place * theme_count + number;
    AssetTheme const& theme = asset_themes()[static_cast<std::size_t>(number)];
    std::int64_t const day = first_day + draw_day(draws, theme, world.trend_of(asset), first_day);
    Daypart const& part = draw_daypart(draws, theme.daypart);
    std::int64_t const second = part.first_hour * 3600 + draws.below((part.end_hour - part.first_hour) * 3600);
    std::int64_t const value = 1 + draws.below(3);
    std::string_view const channel = draw_channel(draws, world.kind_of(asset));
    if (seen.insert(asset).second) events.push_back({asset, value, day * seconds_per_day + second, channel});
  }
  return events;
}

}  // namespace tidemill::drivers
