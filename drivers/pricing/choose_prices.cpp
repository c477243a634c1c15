#include <algorithm>
#include <cmath>
#include <optional>

#include "drivers/pricing/price_location.hpp"
#include "drivers/pricing/price_search.hpp"

namespace tidemill::drivers {
namespace {

constexpr double whole = 1e6;  ///< amounts become whole numbers of millionths for the exact search

/// Items of a group by position, smallest size first.
using Group = std::vector<std::size_t>;

std::vector<Group> group_items(SalesPanel const& panel, std::vector<PriceItem> const& items,
                               std::vector<SizeLadder> const& ladders) {
  std::map<std::string, std::size_t> position;
  for (std::size_t i = 0; i < items.size(); ++i) position[panel.items[static_cast<std::size_t>(items[i].item)]] = i;
  std::vector<bool> is_grouped(items.size(), false);
  std::vector<Group> groups;
  for (SizeLadder const& ladder : ladders) {
    Group group;
    for (std::string const& key : ladder.items) {
      auto const found = position.find(key);
      if (found == position.end() || is_grouped[found->second] || !(items[found->second].price > 0)) continue;
      is_grouped[found->second] = true;
      group.push_back(found->second);
    }
    // A ladder that is broken today is not a promise to keep.
    bool const is_kept = std::is_sorted(group.begin(), group.end(),
                                        [&](std::size_t a, std::size_t b) { return items[a].price < items[b].price; });
    if (is_kept && !group.empty()) {
      groups.push_back(group);
    } else {
      for (std::size_t const i : group) groups.push_back({i});
    }
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!is_grouped[i]) groups.push_back({i});
  }
  return groups;
}

/// The allowed points of an item as options, and the points they stand for.
struct Options {
  std::vector<PriceOption> options;
  std::vector<std::size_t> points;
};

Options options_of(PriceItem const& item) {
  Options result;
  for (std::size_t i = 0; i < item.points.size(); ++i) {
    PricePoint const& point = item.points[i];
    if (point.broken != limit_none) continue;
    result.options.push_back({std::llround(point.price * whole), std::llround(point.profit * whole),
                              std::llround(item.units * (point.price - item.price) * whole)});
    result.points.push_back(i);
  }
  if (result.options.empty()) {  // an item that keeps its price still holds its step of the ladder
    double const price = std::isnan(item.price) ? 0 : item.price;
    result.options.push_back({std::llround(price * whole), 0, 0});
    result.points.push_back(item.current);
  }
  return result;
}

std::optional<std::int64_t> basket_cap(std::vector<PriceItem> const& items, double share) {
  if (!std::isfinite(share)) return std::nullopt;
  double value = 0;
  for (PriceItem const& item : items) value += std::isfinite(item.price) ? item.units * item.price : 0;
  return std::llround(share * value * whole);
}

class LocationSearch {
 public:
  LocationSearch(SalesPanel const& panel, std::vector<PriceItem> const& items, PriceParams const& params)
      : groups_(group_items(panel, items, params.ladders)), points_(items.size()) {
    for (Group const& group : groups_) {
      PriceGroup problem;
      for (std::size_t const i : group) {
        Options options = options_of(items[i]);
        problem.items.push_back(std::move(options.options));
        points_[i] = std::move(options.points);
      }
      problem_.push_back(std::move(problem));
    }
  }
  /// The point chosen for every item. Keeping all prices is always allowed, so there is a choice.
  std::vector<std::size_t> solve(std::optional<std::int64_t> cap) const {
    PriceChoice const choice = search_prices(problem_, cap).value();
    std::vector<std::size_t> chosen(points_.size());
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      for (std::size_t k = 0; k < groups_[g].size(); ++k) {
        std::size_t const i = groups_[g][k];
        chosen[i] = points_[i][choice[g][k]];
      }
    }
    return chosen;
  }

 private:
  std::vector<Group> groups_;
  std::vector<std::vector<std::size_t>> points_;
  std::vector<PriceGroup> problem_;
};

}  // namespace

void choose_prices(SalesPanel const& panel, std::vector<PriceItem>& items, PriceParams const& params) {
  LocationSearch const search(panel, items, params);
  std::vector<std::size_t> const free = search.solve(std::nullopt);
  std::vector<std::size_t> const chosen = search.solve(basket_cap(items, params.max_basket_change));
  for (std::size_t i = 0; i < items.size(); ++i) {
    PriceItem& item = items[i];
    if (!item.may_change()) continue;
    item.advised = chosen[i];
    std::size_t const alone = best_point(item, limit_none);
    auto const price = [&](std::size_t point) { return item.points[point].price; };
    if (price(chosen[i]) != price(free[i])) {
      item.binding = "basket_change";
    } else if (item.points[free[i]].profit < item.points[alone].profit) {
      item.binding = "size_ladder";
    } else {
      item.binding = name_of_limit(binding_limit(item, chosen[i]));
    }
  }
}

}  // namespace tidemill::drivers
