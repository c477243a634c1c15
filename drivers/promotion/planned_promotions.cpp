#include "drivers/promotion/planned_promotions.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace tidemill::drivers {
namespace {

std::vector<std::string> all_texts(io::Comm const& comm, io::Table const& table, char const* name) {
  std::vector<std::string> texts;
  if (!table.has(name)) return std::vector<std::string>(static_cast<std::size_t>(table.range.total));
  io::Column const& column = table.at(name);
  for (std::int32_t const code : comm.gather_all(std::span<std::int32_t const>(column.codes))) {
    texts.push_back(code < 0 ? std::string() : column.dictionary[static_cast<std::size_t>(code)]);
  }
  return texts;
}

}  // namespace

PlannedPromotions::PlannedPromotions(io::Comm const& comm, io::Table const& promotions) {
  std::vector<std::string> const location = all_texts(comm, promotions, "location");
  std::vector<std::string> const item = all_texts(comm, promotions, "item_key");
  std::vector<std::string> const name = all_texts(comm, promotions, "item_name");
  auto const start = comm.gather_all(std::span<std::int64_t const>(promotions.at("start").integers));
  auto const end = comm.gather_all(std::span<std::int64_t const>(promotions.at("end").integers));
  std::vector<double> mine;
  for (std::int64_t row = 0; row < promotions.rows(); ++row) {
    mine.push_back(promotions.has("fixed_cost") ? promotions.at("fixed_cost").number(row) / 100 : std::nan(""));
  }
  auto const cost = comm.gather_all(std::span<double const>(mine));
  for (std::size_t i = 0; i < start.size(); ++i) {
    (item[i].empty() ? of_name_[name[i]] : of_key_[item[i]]).push_back(i);
    plans_.push_back({location[i], start[i], end[i], cost[i]});
  }
}

std::int64_t PlannedPromotions::find_in(std::map<std::string, std::vector<std::size_t>> const& plans_of,
                                        std::string const& wanted, std::string const& location, std::int64_t first_day,
                                        std::int64_t last_day) const {
  auto const found = plans_of.find(wanted);
  if (found == plans_of.end()) return -1;
  for (std::size_t const i : found->second) {
    Plan const& plan = plans_[i];
    bool const is_here = plan.location.empty() || plan.location == location;
    if (is_here && plan.first_day <= last_day && plan.last_day >= first_day) return static_cast<std::int64_t>(i);
  }
  return -1;
}

std::int64_t PlannedPromotions::find(std::string const& location, std::string const& item, std::string const& item_name,
                                     std::int64_t first_day, std::int64_t last_day) const {
  std::int64_t const by_key = find_in(of_key_, item, location, first_day, last_day);
  std::int64_t const by_name = find_in(of_name_, item_name, location, first_day, last_day);
  return by_key < 0 || by_name < 0 ? std::max(by_key, by_name) : std::min(by_key, by_name);
}

std::int64_t unmark_unplanned_days(SalesPanel& panel, PlannedPromotions const& plans) {
  std::int64_t unmarked = 0;
  if (plans.size() == 0) return unmarked;
  for (SalesDay& day : panel.days) {
    if (day.promotion == 0) continue;
    auto const item = static_cast<std::size_t>(day.item);
    if (plans.find(panel.locations[static_cast<std::size_t>(day.location)], panel.items[item], panel.item_names[item],
                   day.date, day.date) >= 0) {
      continue;
    }
    day.promotion = 0;
    ++unmarked;
  }
  return unmarked;
}

}  // namespace tidemill::drivers
