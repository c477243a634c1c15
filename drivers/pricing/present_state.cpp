#include <algorithm>
#include <cmath>

#include "drivers/pricing/price_location.hpp"

namespace tidemill::drivers {
namespace {

/// With at least this many days without promotion, only those say what demand is at the current price.
constexpr std::size_t enough_plain_days = 7;

std::vector<std::size_t> base_days(SalesPanel const& panel, std::size_t first, std::size_t last, int window) {
  std::vector<std::size_t> all, plain;
  std::int32_t const end = panel.days[last - 1].date;
  for (std::size_t i = first; i < last; ++i) {
    SalesDay const& day = panel.days[i];
    if (day.date <= end - window || day.is_open == 0 || !(day.offered_price() > 0)) continue;
    all.push_back(i);
    if (day.promotion == 0) plain.push_back(i);
  }
  return plain.size() >= enough_plain_days ? plain : all;
}

std::string without_price(PriceItem const& item) {
  if (item.elasticity == nullptr || !item.elasticity->is_identified) return "NOT_IDENTIFIED";
  if (std::isnan(item.cost)) return "NO_COST";
  return item.units > 0 && item.price > 0 ? "" : "NO_SALES";
}

PriceItem state_of(SalesPanel const& panel, std::size_t first, std::size_t last,
                   std::map<std::string, KnownElasticity> const& elasticities, PriceParams const& params) {
  PriceItem item;
  item.location = panel.days[first].location;
  item.item = panel.days[first].item;
  item.category = panel.days[first].category;
  item.price = panel.days[last - 1].price;
  item.cost = panel.days[last - 1].cost;
  auto const found = elasticities.find(panel.items[static_cast<std::size_t>(item.item)]);
  if (found != elasticities.end()) item.elasticity = &found->second;
  double const slope = item.elasticity != nullptr && item.elasticity->is_identified ? item.elasticity->elasticity : 0;
  double sum = 0;
  for (std::size_t const i : base_days(panel, first, last, params.base_days)) {
    SalesDay const& day = panel.days[i];
    double const at_current = day.units * std::pow(item.price / day.offered_price(), slope);
    item.daily.push_back(at_current);
    item.day_keys.push_back((static_cast<std::uint64_t>(item.location) << 32) ^ static_cast<std::uint32_t>(day.date));
    sum += at_current;
  }
  if (!item.daily.empty()) item.units = sum / static_cast<double>(item.daily.size());
  item.status = without_price(item);
  if (item.status == "NOT_IDENTIFIED")
    item.reason = item.elasticity == nullptr ? "no estimate" : item.elasticity->reason;
  if (item.status == "NO_COST") item.reason = "the cost is not known";
  if (item.status == "NO_SALES") item.reason = "no sales in the base period";
  return item;
}

}  // namespace

std::map<std::string, KnownElasticity> gather_elasticities(io::Comm const& comm, io::Table const& table) {
  struct Plain {
    std::int32_t item, reason, is_identified;
    double elasticity, error, lowest, highest;
  };
  io::Column const &item = table.at("item"), &reason = table.at("reason"), &status = table.at("status");
  std::vector<Plain> mine;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    auto const i = static_cast<std::size_t>(row);
    mine.push_back({item.codes[i], reason.codes[i], status.text(row) == "IDENTIFIED" ? 1 : 0,
                    table.at("elasticity").number(row), table.at("elasticity_error").number(row),
                    table.at("lowest_price").number(row), table.at("highest_price").number(row)});
  }
  std::map<std::string, KnownElasticity> known;
  for (Plain const& e : comm.gather_all(std::span<Plain const>(mine))) {
    std::string const text = e.reason < 0 ? std::string() : reason.dictionary[static_cast<std::size_t>(e.reason)];
    known[item.dictionary[static_cast<std::size_t>(e.item)]] = {e.elasticity,         e.error, e.lowest, e.highest,
                                                                e.is_identified != 0, text};
  }
  return known;
}

std::vector<PriceItem> present_state(SalesPanel const& panel, std::size_t first, std::size_t last,
                                     std::map<std::string, KnownElasticity> const& elasticities,
                                     PriceParams const& params) {
  std::vector<PriceItem> items;
  for_each_run(
      std::span<SalesDay const>(panel.days).subspan(first, last - first),
      [](SalesDay const& a, SalesDay const& b) { return a.item == b.item; },
      [&](std::size_t from, std::size_t to) {
        PriceItem item = state_of(panel, first + from, first + to, elasticities, params);
        if (item.may_change()) lay_out_points(item, panel.price_is_cents, params);
        items.push_back(std::move(item));
      });
  return items;
}

void ask_demand(SalesPanel const& panel, std::vector<PriceItem>& items, DemandModel const& demand) {
  std::vector<DemandQuestion> questions;
  for (PriceItem const& item : items) {
    for (PricePoint const& point : item.points) {
      questions.push_back({&panel.locations[static_cast<std::size_t>(item.location)],
                           &panel.items[static_cast<std::size_t>(item.item)], point.price, item.price, item.units});
    }
  }
  std::vector<double> units(questions.size());
  if (demand) demand(questions, units);
  std::size_t at = 0;
  for (PriceItem& item : items) {
    for (PricePoint& point : item.points) {
      point.units = demand ? units[at] : item.units * std::pow(point.price / item.price, item.elasticity->elasticity);
      point.profit = (point.price - item.cost) * point.units;
      ++at;
    }
  }
}

}  // namespace tidemill::drivers
