#include "drivers/pricing/design.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

namespace tidemill::drivers {
namespace {

/// Other prices are used when at least this share of the item's days knows them.
constexpr double known_share = 0.9;

unsigned month_of(std::int32_t date) {
  std::chrono::year_month_day const day{std::chrono::sys_days{std::chrono::days{date}}};
  return static_cast<unsigned>(day.month());
}

int weekday_of(std::int32_t date) { return ((date + 3) % 7 + 7) % 7; }  // 1970-01-01 was a Thursday; Monday is 0

std::vector<std::size_t> known_others(OtherPrices const& others, std::size_t days) {
  std::vector<std::size_t> known;
  for (std::size_t j = 0; j < others.items.size(); ++j) {
    std::size_t count = 0;
    for (std::size_t d = 0; d < days; ++d) count += std::isnan(others.values[j * days + d]) ? 0 : 1;
    if (static_cast<double>(count) >= known_share * static_cast<double>(days)) known.push_back(j);
  }
  return known;
}

bool all_known(std::span<double const> values) {
  return std::none_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
}

/// Positions of the days that make rows.
std::vector<std::size_t> usable_days(SalesPanel const& panel, std::size_t first, std::size_t last,
                                     OtherPrices const& others, std::vector<std::size_t> const& known,
                                     bool keeps_zeros) {
  std::vector<std::size_t> days;
  for (std::size_t i = first; i < last; ++i) {
    SalesDay const& day = panel.days[i];
    if (!is_priced(day) || day.units < 0 || (day.units == 0 && !keeps_zeros) || !all_known(panel.controls_of(i)))
      continue;
    bool const has_others = std::none_of(known.begin(), known.end(), [&](std::size_t j) {
      return std::isnan(others.values[j * (last - first) + i - first]);
    });
    if (has_others) days.push_back(i);
  }
  return days;
}

/// 1 on days soon after the last promotion day of the same location, which is not one itself.
std::vector<double> after_promotion(SalesPanel const& panel, std::size_t first, std::size_t last, int within) {
  std::vector<double> after(last - first, 0.0);
  for (std::size_t i = first, last_promotion = last; i < last; ++i) {
    if (panel.days[i].promotion != 0) last_promotion = i;
    if (last_promotion == last || last_promotion == i) continue;
    SalesDay const& before = panel.days[last_promotion];
    bool const is_near = before.location == panel.days[i].location && panel.days[i].date - before.date <= within;
    after[i - first] = is_near ? 1.0 : 0.0;
  }
  return after;
}

}  // namespace

bool is_priced(SalesDay const& day) { return day.is_open != 0 && day.offered_price() > 0; }

Design make_design(SalesPanel const& panel, std::size_t first, std::size_t last, OtherPrices const& others,
                   ElasticityParams const& params, bool keeps_zeros) {
  std::vector<std::size_t> const known = known_others(others, last - first);
  std::vector<std::size_t> const days = usable_days(panel, first, last, others, known, keeps_zeros);
  Design design;
  design.x.rows = days.size();
  for (std::size_t const i : days) {
    design.units.push_back(panel.days[i].units);
    design.location.push_back(panel.days[i].location);
  }
  auto const add = [&](auto const& value) {
    std::span<double> const column = design.x.add_column();
    for (std::size_t r = 0; r < days.size(); ++r) column[r] = value(days[r]);
  };
  if (days.empty()) return design;
  for (std::size_t j = 0; j < panel.control_names.size(); ++j)
    add([&](std::size_t i) { return panel.controls_of(i)[j]; });
  if (panel.has_calendar && params.weekday_control) {
    for (int weekday = 1; weekday < 7; ++weekday) {
      add([&](std::size_t i) { return weekday_of(panel.days[i].date) == weekday ? 1.0 : 0.0; });
    }
  }
  if (panel.has_calendar && params.month_control) {
    for (unsigned month = 2; month <= 12; ++month) {
      add([&](std::size_t i) { return month_of(panel.days[i].date) == month ? 1.0 : 0.0; });
    }
  }
  if (params.trend_control) {
    std::int32_t const start = panel.days[first].date;
    add([&](std::size_t i) { return (panel.days[i].date - start) / 365.25; });
  }
  design.promotion_column = std::numeric_limits<std::size_t>::max();
  if (params.promotion_control) {
    std::vector<double> const after = after_promotion(panel, first, last, params.days_after_promotion);
    add([&](std::size_t i) { return after[i - first]; });
    design.promotion_column = design.x.columns();
    add([&](std::size_t i) { return static_cast<double>(panel.days[i].promotion); });
  }
  design.first_other_column = design.x.columns();
  for (std::size_t const j : known) {
    design.others.push_back(others.items[j]);
    add([&](std::size_t i) { return others.values[j * (last - first) + i - first]; });
  }
  design.price_column = design.x.columns();
  add([&](std::size_t i) { return std::log(panel.days[i].offered_price()); });
  return design;
}

std::size_t remove_location_means(std::span<std::int32_t const> location, std::span<double const> weight,
                                  DesignMatrix& x, std::span<double> y) {
  std::size_t locations = 0;
  for (std::size_t first = 0; first < location.size();) {
    std::size_t last = first + 1;
    while (last < location.size() && location[last] == location[first]) ++last;
    ++locations;
    double total = 0;
    for (std::size_t i = first; i < last; ++i) total += weight[i];
    auto const remove_mean = [&](std::span<double> values) {
      double sum = 0;
      for (std::size_t i = first; i < last; ++i) sum += weight[i] * values[i];
      for (std::size_t i = first; i < last; ++i) values[i] -= sum / total;
    };
    for (std::size_t j = 0; j < x.columns(); ++j) remove_mean(x.column(j));
    remove_mean(y);
    first = last;
  }
  return locations;
}

std::size_t count_locations(std::span<std::int32_t const> location) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < location.size(); ++i) count += i == 0 || location[i] != location[i - 1] ? 1 : 0;
  return count;
}

PriceLevels price_levels(SalesPanel const& panel, std::size_t first, std::size_t last, ElasticityParams const& params) {
  std::vector<std::pair<double, std::int32_t>> paid;
  for (std::size_t i = first; i < last; ++i) {
    if (is_priced(panel.days[i]) && panel.days[i].units > 0 && panel.days[i].promotion == 0)
      paid.emplace_back(panel.days[i].offered_price(), panel.days[i].date);
  }
  std::sort(paid.begin(), paid.end());
  PriceLevels levels{0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  for (std::size_t begin = 0; begin < paid.size();) {
    std::size_t end = begin;
    std::vector<std::int32_t> dates;
    while (end < paid.size() && paid[end].first <= paid[begin].first * (1 + params.price_step)) {
      dates.push_back(paid[end++].second);
    }
    std::sort(dates.begin(), dates.end());
    auto const distinct = std::unique(dates.begin(), dates.end()) - dates.begin();
    if (distinct >= params.min_days_per_price) {
      if (levels.count++ == 0) levels.lowest = paid[begin].first;
      levels.highest = paid[end - 1].first;
    }
    begin = end;
  }
  return levels;
}

}  // namespace tidemill::drivers
