#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "drivers/promotion/baseline.hpp"
#include "drivers/promotion/other_items.hpp"
#include "drivers/promotion/planned_promotions.hpp"
#include "drivers/promotion/promotion.hpp"
#include "drivers/promotion/window_table.hpp"
#include "io/tables/missing.hpp"

namespace tidemill::drivers {
namespace {

/// Pairs of item codes that are bought together.
using Complements = std::set<std::pair<std::int32_t, std::int32_t>>;

Complements gather_complements(io::Comm const& comm, SalesPanel const& panel, io::Table const& pairs) {
  Complements complements;
  if (!pairs.has("item") || !pairs.has("other")) return complements;
  std::map<std::string, std::int32_t> code_of;
  for (std::size_t i = 0; i < panel.items.size(); ++i) code_of[panel.items[i]] = static_cast<std::int32_t>(i);
  auto const codes = [&](char const* name) {
    std::vector<std::int32_t> result;
    io::Column const& column = pairs.at(name);
    for (std::int32_t const code : comm.gather_all(std::span<std::int32_t const>(column.codes))) {
      auto const found = code < 0 ? code_of.end() : code_of.find(column.dictionary[static_cast<std::size_t>(code)]);
      result.push_back(found == code_of.end() ? -1 : found->second);
    }
    return result;
  };
  std::vector<std::int32_t> const item = codes("item"), other = codes("other");
  for (std::size_t i = 0; i < item.size(); ++i) complements.emplace(item[i], other[i]);
  return complements;
}

/// The items of one location and their windows.
class LocationPromotions {
 public:
  LocationPromotions(SalesPanel const& panel, std::size_t first, std::size_t last, std::vector<double> const& model,
                     Complements const& complements, PromotionParams const& params)
      : panel_(panel), complements_(complements), params_(params) {
    for_each_run(
        std::span<SalesDay const>(panel.days).subspan(first, last - first),
        [](SalesDay const& a, SalesDay const& b) { return a.item == b.item; },
        [&](std::size_t from, std::size_t to) {
          starts_.push_back(first + from);
          histories_.emplace_back(panel, first + from, first + to, model, params);
        });
    for (std::size_t k = 0; k < histories_.size(); ++k) {
      RunningPromotions& running = running_[any_day(k).category];
      for (PromotionWindow const& window : histories_[k].windows()) {
        for (std::int32_t date = window.first_day; date <= window.last_day; ++date) ++running[date];
      }
      histories_[k].set_running(running);
    }
  }

  void add_rows(std::vector<WindowRow>& rows) const {
    for (std::size_t k = 0; k < histories_.size(); ++k) {
      for (PromotionWindow const& window : histories_[k].windows()) {
        std::optional<WindowRow> row = measure(k, window);
        if (!row) continue;
        add_others(k, *row);
        rows.push_back(*row);
      }
    }
  }

 private:
  SalesDay const& any_day(std::size_t k) const { return panel_.days[starts_[k]]; }

  /// Nothing when no day of the window has a baseline.
  std::optional<WindowRow> measure(std::size_t k, PromotionWindow const& window) const {
    ItemHistory const& history = histories_[k];
    ItemHistory::Change const change = history.change(window.first_day, window.last_day);
    if (change.days == 0) return std::nullopt;
    SalesDay const& day = any_day(k);
    WindowRow row{day.location, day.item, day.category, window, change.days, -1, {}};
    row.ledger.units = change.units;
    row.ledger.baseline_units = change.expected;
    row.ledger.regular_price = history.regular_price(window.first_day);
    set_price_and_cost(history, row);
    row.error = std::sqrt(change.variance);
    // The dip ends where the item's next window begins.
    std::int32_t end = window.last_day + params_.dip_days;
    for (PromotionWindow const& next : history.windows()) {
      if (next.first_day > window.last_day) end = std::min(end, next.first_day - 1);
    }
    row.dip_units = history.change(window.last_day + 1, end).difference();
    return row;
  }

  /// Mean price paid and mean cost, by units sold.
  void set_price_and_cost(ItemHistory const& history, WindowRow& row) const {
    double units = 0, paid = 0, cost = 0;
    for (std::int32_t date = row.window.first_day; date <= row.window.last_day; ++date) {
      std::int64_t const position = history.at(date);
      if (position < 0) continue;
      SalesDay const& day = panel_.days[static_cast<std::size_t>(position)];
      if (!(day.units > 0)) continue;
      units += day.units;
      paid += day.units * day.paid_price();
      cost += day.units * day.cost;
    }
    row.ledger.promotion_price = units > 0 ? paid / units : io::missing_real;
    row.ledger.cost = units > 0 ? cost / units : io::missing_real;
  }

  /// What the window did to the other items of the location.
  void add_others(std::size_t k, WindowRow& row) const {
    std::vector<ItemHistory const*> substitutes, complements;
    for (std::size_t j = 0; j < histories_.size(); ++j) {
      if (j == k) continue;
      if (any_day(j).category == row.category) {
        substitutes.push_back(&histories_[j]);
      } else if (complements_.count({row.item, any_day(j).item}) != 0) {
        complements.push_back(&histories_[j]);
      }
    }
    // Every promotion may take from its neighbours, and one window alone seldom tells how much: to set what is not sure
    // to 0 would overstate the margin of all of them. A halo is claimed only where it is sure.
    GroupChange const lost = group_change(substitutes, row.window, running_.at(row.category));
    row.cannibalised_error = lost.error;
    if (!std::isnan(lost.margin_per_unit)) {
      row.cannibalised_units = -lost.units;
      row.ledger.cannibalised_margin = -lost.units * lost.margin_per_unit;
    }
    GroupChange const gained = group_change(complements, row.window, {});
    if (gained.units > 0 && gained.is_beyond(params_.significance)) {
      row.halo_units = gained.units;
      row.ledger.halo_margin = gained.units * gained.margin_per_unit;
    }
  }

  SalesPanel const& panel_;
  Complements const& complements_;
  PromotionParams const& params_;
  std::vector<std::size_t> starts_;
  std::vector<ItemHistory> histories_;
  std::map<std::int32_t, RunningPromotions> running_;  ///< by category
};

/// A plan's cost is shared evenly among the windows it covers, over all ranks.
void set_fixed_costs(io::Comm const& comm, SalesPanel const& panel, PlannedPromotions const& plans,
                     PromotionParams const& params, std::vector<WindowRow>& rows) {
  std::vector<std::int64_t> covered(plans.size(), 0);
  for (WindowRow& row : rows) {
    auto const item = static_cast<std::size_t>(row.item);
    row.plan = plans.find(panel.locations[static_cast<std::size_t>(row.location)], panel.items[item],
                          panel.item_names[item], row.window.first_day, row.window.last_day);
    if (row.plan >= 0) ++covered[static_cast<std::size_t>(row.plan)];
  }
  comm.sum(std::span(covered));
  for (WindowRow& row : rows) {
    auto const plan = static_cast<std::size_t>(row.plan);
    bool const is_given = row.plan >= 0 && !std::isnan(plans.cost(plan));
    row.ledger.fixed_cost = is_given ? plans.cost(plan) / static_cast<double>(covered[plan]) : params.fixed_cost;
  }
}

}  // namespace

PromotionEffects measure_promotions(io::Comm const& comm, io::Table const& daily, io::Table const& pairs,
                                    PromotionParams const& params, Baseline const& baseline,
                                    io::Table const* promotions) {
  SalesPanel panel = load_panel(comm, daily, params.columns, PanelOwner::location);
  Complements const complements = gather_complements(comm, panel, pairs);
  PlannedPromotions const plans = promotions == nullptr ? PlannedPromotions() : PlannedPromotions(comm, *promotions);
  std::int64_t const unplanned_days = comm.sum(unmark_unplanned_days(panel, plans));
  std::vector<double> model(panel.days.size(), io::missing_real);
  std::vector<WindowRow> rows;
  io::agree(comm, "measure promotions", [&] {
    if (baseline) baseline(panel, model);
    for_each_run(
        panel.days, [](SalesDay const& a, SalesDay const& b) { return a.location == b.location; },
        [&](std::size_t first, std::size_t last) {
          LocationPromotions(panel, first, last, model, complements, params).add_rows(rows);
        });
  });
  set_fixed_costs(comm, panel, plans, params, rows);
  return {window_table(comm, panel, rows), unplanned_days};
}

}  // namespace tidemill::drivers
