#include "drivers/pricing/elasticity.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "drivers/pricing/demand_regression.hpp"
#include "drivers/pricing/elasticity_table.hpp"

namespace tidemill::drivers {
namespace {

/// Log prices of all items of one category by (location, date): a row per cell, a column per item.
class CategoryPrices {
 public:
  CategoryPrices(SalesPanel const& panel, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) items_.push_back(panel.days[i].item);
    std::sort(items_.begin(), items_.end());
    items_.erase(std::unique(items_.begin(), items_.end()), items_.end());
    for (std::size_t i = first; i < last; ++i) {
      SalesDay const& day = panel.days[i];
      double const price = day.offered_price();
      if (price > 0) prices_[{day.location, day.date, day.item}] = std::log(price);
    }
  }
  OtherPrices beside(SalesPanel const& panel, std::size_t first, std::size_t last) const {
    OtherPrices others;
    for (std::int32_t const item : items_) {
      if (item == panel.days[first].item) continue;
      others.items.push_back(item);
      for (std::size_t i = first; i < last; ++i) {
        auto const found = prices_.find({panel.days[i].location, panel.days[i].date, item});
        others.values.push_back(found == prices_.end() ? std::numeric_limits<double>::quiet_NaN() : found->second);
      }
    }
    return others;
  }

 private:
  std::vector<std::int32_t> items_;
  std::map<std::tuple<std::int32_t, std::int32_t, std::int32_t>, double> prices_;
};

struct Estimates {
  std::vector<ItemEstimate> items;
  std::vector<CrossEstimate> cross;
};

/// This rank's items, without the prices of others: the days of an item are neighbours.
Estimates estimate_alone(SalesPanel const& panel, ElasticityParams const& params) {
  Estimates estimates;
  for_each_run(
      panel.days, [](SalesDay const& a, SalesDay const& b) { return a.item == b.item; },
      [&](std::size_t first, std::size_t last) {
        estimates.items.push_back(estimate_item(panel, first, last, {}, params, estimates.cross));
      });
  return estimates;
}

/// Days by (item, location, date) within each category of this rank.
void sort_by_item(SalesPanel& panel) {
  std::vector<std::size_t> order(panel.days.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  auto const key = [&](std::size_t i) {
    SalesDay const& d = panel.days[i];
    return std::tuple(d.category, d.item, d.location, d.date, d.row);
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  std::vector<SalesDay> days;
  std::vector<double> controls;
  for (std::size_t const i : order) {
    days.push_back(panel.days[i]);
    std::span<double const> const mine = panel.controls_of(i);
    controls.insert(controls.end(), mine.begin(), mine.end());
  }
  panel.days = std::move(days);
  panel.controls = std::move(controls);
}

Estimates estimate_with_others(SalesPanel& panel, ElasticityParams const& params) {
  sort_by_item(panel);
  Estimates estimates;
  std::span<SalesDay const> const days = panel.days;
  for_each_run(
      days, [](SalesDay const& a, SalesDay const& b) { return a.category == b.category; },
      [&](std::size_t first, std::size_t last) {
        CategoryPrices const prices(panel, first, last);
        for_each_run(
            days.subspan(first, last - first), [](SalesDay const& a, SalesDay const& b) { return a.item == b.item; },
            [&](std::size_t from, std::size_t to) {
              OtherPrices const others = prices.beside(panel, first + from, first + to);
              estimates.items.push_back(
                  estimate_item(panel, first + from, first + to, others, params, estimates.cross));
            });
      });
  return estimates;
}

}  // namespace

Elasticities estimate_elasticities(io::Comm const& comm, io::Table const& daily, ElasticityParams const& params) {
  PanelOwner const owner = params.cross_prices ? PanelOwner::category : PanelOwner::item;
  SalesPanel panel = load_panel(comm, daily, params.columns, owner);
  Estimates mine;
  io::agree(comm, "estimate elasticities",
            [&] { mine = params.cross_prices ? estimate_with_others(panel, params) : estimate_alone(panel, params); });
  Estimates all{comm.gather_all(std::span<ItemEstimate const>(mine.items)),
                comm.gather_all(std::span<CrossEstimate const>(mine.cross))};
  std::sort(all.items.begin(), all.items.end(), [](auto const& a, auto const& b) { return a.item < b.item; });
  std::sort(all.cross.begin(), all.cross.end(),
            [](auto const& a, auto const& b) { return std::pair(a.item, a.other) < std::pair(b.item, b.other); });
  return {elasticity_table(comm, panel, all.items, params), cross_table(comm, panel, all.cross)};
}

}  // namespace tidemill::drivers
