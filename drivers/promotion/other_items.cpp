#include "drivers/promotion/other_items.hpp"

#include <cmath>
#include <limits>
#include <map>

namespace tidemill::drivers {
namespace {

/// The group on one day.
struct GroupDay {
  double units = 0, expected = 0;         ///< of items that no promotion of their own touches
  double touched_units = 0;               ///< sold of the others
  double margin = 0;                      ///< of what was expected, and of what the others sold
  std::map<std::int32_t, double> chance;  ///< like day -> units by chance, scaled to add up to the variance

  void add(SalesDay const& day, double without, std::span<LikeDay const> like) {
    units += day.units;
    expected += without;
    margin += without * (day.price - day.cost);
    // Items do not share all like days: each brings its whole variance, and what it shares with others on equal days.
    auto const n = static_cast<double>(like.size());
    double const scale = std::sqrt((1 + 1 / n) / (n - 1));
    double mean = 0;
    for (LikeDay const& other : like) mean += other.units / n;
    for (LikeDay const& other : like) chance[other.date] += scale * (other.units - mean);
  }
  void add_touched(SalesDay const& day) {
    double const earned = day.units * (day.paid_price() - day.cost);
    if (!(day.units > 0) || std::isnan(earned)) return;
    touched_units += day.units;
    margin += earned;
  }
  /// All units over those whose change was seen.
  double scale() const { return (expected + touched_units) / expected; }
  double variance() const {
    double squares = 0;
    for (auto const& [date, units_off] : chance) squares += units_off * units_off;
    return squares;
  }
};

GroupDay group_day(std::span<ItemHistory const* const> items, std::int32_t date) {
  GroupDay group;
  for (ItemHistory const* item : items) {
    SalesDay const* day = item->open_day(date);
    if (day == nullptr || std::isnan(day->price - day->cost)) continue;
    if (item->is_touched(date)) {
      group.add_touched(*day);
      continue;
    }
    std::vector<LikeDay> const like = item->like_days(date);
    double const without = item->expected(date).units;
    if (like.size() > 1 && !std::isnan(without)) group.add(*day, without, like);
  }
  return group;
}

}  // namespace

GroupChange group_change(std::span<ItemHistory const* const> items, PromotionWindow const& window,
                         RunningPromotions const& running) {
  GroupChange change;
  double units = 0, margin = 0, variance = 0;
  for (std::int32_t date = window.first_day; date <= window.last_day; ++date) {
    GroupDay const day = group_day(items, date);
    if (!(day.expected > 0)) continue;
    auto const found = running.find(date);
    double const weight = day.scale() / (found == running.end() ? 1 : found->second);
    change.units += weight * (day.units - day.expected);
    variance += weight * weight * day.variance();
    units += day.expected + day.touched_units;
    margin += day.margin;
  }
  change.error = std::sqrt(variance);
  change.margin_per_unit = units > 0 ? margin / units : std::numeric_limits<double>::quiet_NaN();
  return change;
}

}  // namespace tidemill::drivers
