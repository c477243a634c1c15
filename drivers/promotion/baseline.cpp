#include "drivers/promotion/baseline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "io/tables/missing.hpp"

namespace tidemill::drivers {
namespace {

/// Like days further away than this many seasons say little about today.
constexpr int furthest = 12;
/// Like days have the same list price, up to this share; where there are too few, any price.
constexpr double same_price = 0.02;

struct Mean {
  double date = 0, units = 0;
};

Mean mean_of(std::vector<LikeDay> const& days, auto const& is_counted) {
  double n = 0, date = 0, units = 0;
  for (LikeDay const& day : days) {
    if (!is_counted(day)) continue;
    n += 1;
    date += day.date;
    units += day.units;
  }
  return {date / n, units / n};
}

/// On the line between the mean before and the mean after the date, so that a season on its way up or down does not
/// pass for an effect where the like days of one side are further away. The plain mean where a side has none.
double between(std::vector<LikeDay> const& days, std::int32_t date) {
  Mean const before = mean_of(days, [&](LikeDay const& day) { return day.date < date; });
  Mean const after = mean_of(days, [&](LikeDay const& day) { return day.date > date; });
  if (std::isnan(before.date) || std::isnan(after.date))
    return mean_of(days, [](LikeDay const&) { return true; }).units;
  return before.units + (date - before.date) / (after.date - before.date) * (after.units - before.units);
}

}  // namespace

ItemHistory::ItemHistory(SalesPanel const& panel, std::size_t first, std::size_t last, std::vector<double> const& model,
                         PromotionParams const& params)
    : panel_(panel), first_(first), last_(last), model_(model), params_(params), is_touched_(last - first, false) {
  find_windows();
  for (std::size_t i = first_; i < last_; ++i) {
    for (PromotionWindow const& window : windows_) {
      std::int32_t const date = panel_.days[i].date;
      if (date >= window.first_day && date <= window.last_day + params_.dip_days) is_touched_[i - first_] = true;
    }
  }
}

void ItemHistory::find_windows() {
  for (std::size_t i = first_; i < last_; ++i) {
    SalesDay const& day = panel_.days[i];
    if (day.promotion == 0) continue;
    bool const continues = !windows_.empty() && day.date - windows_.back().last_day <= params_.max_gap + 1;
    if (continues) {
      windows_.back().last_day = day.date;
    } else {
      windows_.push_back({day.date, day.date});
    }
  }
}

bool ItemHistory::is_touched(std::int32_t date) const {
  std::int64_t const position = at(date);
  return position >= 0 && is_touched_[static_cast<std::size_t>(position) - first_];
}

std::int64_t ItemHistory::at(std::int32_t date) const {
  auto const begin = panel_.days.begin() + static_cast<std::ptrdiff_t>(first_);
  auto const end = panel_.days.begin() + static_cast<std::ptrdiff_t>(last_);
  auto const found =
      std::lower_bound(begin, end, date, [](SalesDay const& d, std::int32_t wanted) { return d.date < wanted; });
  return found != end && found->date == date ? found - panel_.days.begin() : -1;
}

bool ItemHistory::is_plain(std::int64_t position) const {
  return position >= 0 && panel_.days[static_cast<std::size_t>(position)].is_open != 0 &&
         !is_touched_[static_cast<std::size_t>(position) - first_];
}

SalesDay const* ItemHistory::open_day(std::int32_t date) const {
  std::int64_t const position = at(date);
  if (position < 0) return nullptr;
  SalesDay const& day = panel_.days[static_cast<std::size_t>(position)];
  return day.is_open != 0 ? &day : nullptr;
}

std::vector<LikeDay> ItemHistory::like_days(std::int32_t date, double price, bool is_quiet) const {
  std::vector<LikeDay> like;
  for (int const side : {-1, 1}) {
    int found = 0;
    for (int k = 1; k <= furthest && found < params_.seasons_each_side; ++k) {
      std::int32_t const other = date + side * k * params_.season;
      std::int64_t const position = at(other);
      if (!is_plain(position) || (is_quiet && running_ != nullptr && running_->count(other) != 0)) continue;
      SalesDay const& day = panel_.days[static_cast<std::size_t>(position)];
      if (std::abs(day.price / price - 1) > same_price) continue;
      like.push_back({other, day.units});
      ++found;
    }
  }
  return like;
}

std::vector<LikeDay> ItemHistory::like_days(std::int32_t date) const {
  double const price = regular_price(date);
  std::vector<LikeDay> like = like_days(date, price, true);
  if (like.size() < 2) like = like_days(date, price, false);
  if (like.size() < 2) like = like_days(date, io::missing_real, false);
  return like;
}

ExpectedUnits ItemHistory::expected(std::int32_t date) const {
  std::vector<LikeDay> const like = like_days(date);
  auto const n = static_cast<double>(like.size());
  double mean = 0, squares = 0;
  for (LikeDay const& day : like) mean += day.units / n;
  for (LikeDay const& day : like) squares += (day.units - mean) * (day.units - mean);
  ExpectedUnits result{like.empty() ? io::missing_real : between(like, date),
                       like.size() > 1 ? squares / (n - 1) * (1 + 1 / n) : io::missing_real};
  std::int64_t const position = at(date);
  if (position >= 0 && !std::isnan(model_[static_cast<std::size_t>(position)])) {
    result.units = model_[static_cast<std::size_t>(position)];
  }
  return result;
}

double ItemHistory::regular_price(std::int32_t date) const {
  double after = io::missing_real;
  for (std::size_t i = last_; i-- > first_;) {
    SalesDay const& day = panel_.days[i];
    if (day.promotion != 0 || std::isnan(day.price)) continue;
    if (day.date < date) return day.price;
    after = day.price;
  }
  return after;
}

ItemHistory::Change ItemHistory::change(std::int32_t first_day, std::int32_t last_day) const {
  Change change;
  for (std::int32_t date = first_day; date <= last_day; ++date) {
    SalesDay const* day = open_day(date);
    if (day == nullptr) continue;
    ExpectedUnits const without = expected(date);
    if (std::isnan(without.units)) continue;
    change.units += day->units;
    change.expected += without.units;
    change.variance += std::isnan(without.variance) ? 0 : without.variance;
    ++change.days;
  }
  return change;
}

}  // namespace tidemill::drivers
