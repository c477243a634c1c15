#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "drivers/features/calendar.hpp"
#include "drivers/features/context.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

std::chrono::year_month_day civil(std::int64_t date) {
  return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(date)));
}

bool read_numbers(std::string const& text, std::vector<int>& numbers) {
  char const* at = text.data();
  char const* const end = at + text.size();
  while (at < end) {
    auto const [next, error] = std::from_chars(at, end, numbers.emplace_back());
    if (error != std::errc() || (next < end && (*next != '-' || next + 1 == end))) return false;
    at = next + 1;
  }
  return true;
}

/// Days from the newest payday at or before a date: a payday beyond the month's end is its last day.
std::int64_t days_since_payday(std::int64_t date, std::vector<std::int64_t> const& paydays) {
  for (std::int64_t back = 0;; ++back) {
    auto const day = civil(date - back);
    auto const last = static_cast<unsigned>((day.year() / day.month() / std::chrono::last).day());
    for (std::int64_t const payday : paydays) {
      if (static_cast<unsigned>(day.day()) == std::min<unsigned>(static_cast<unsigned>(payday), last)) return back;
    }
  }
}

void add_dates(FeatureContext& context, std::vector<std::int64_t> const& dates) {
  FeatureParams const& params = context.params;
  auto const add = [&](char const* name, char const* description, auto const& value_of) {
    std::vector<double> values(dates.size());
    for (std::size_t i = 0; i < dates.size(); ++i) values[i] = static_cast<double>(value_of(dates[i]));
    context.add({name, true}, std::move(values), description);
  };
  add("weekday", "0 Monday .. 6 Sunday", [](std::int64_t date) { return calendar_day(date).weekday; });
  add("day_of_month", "1..31", [](std::int64_t date) { return calendar_day(date).day; });
  add("month", "1..12", [](std::int64_t date) { return calendar_day(date).month; });
  add("day_of_year", "1..366", [](std::int64_t date) { return calendar_day(date).day_of_year; });
  if (!params.paydays.empty()) {
    add("days_since_payday", "days since the last payday",
        [&](std::int64_t date) { return days_since_payday(date, params.paydays); });
  }
  if (params.holidays.empty()) return;
  Holidays const holidays(params.holidays);
  constexpr std::int64_t limit = 14;
  add("holiday", "0/1", [&](std::int64_t date) { return holidays.contains(date) ? 1 : 0; });
  add("days_to_holiday", "at most 14", [&](std::int64_t date) { return holidays.days_to_next(date, limit); });
  add("days_since_holiday", "at most 14", [&](std::int64_t date) { return holidays.days_since_last(date, limit); });
}

}  // namespace

CalendarDay calendar_day(std::int64_t date) {
  auto const day = civil(date);
  CalendarDay result;
  result.weekday = static_cast<int>(((date + 3) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
  result.day = static_cast<int>(static_cast<unsigned>(day.day()));
  result.month = static_cast<int>(static_cast<unsigned>(day.month()));
  result.year = static_cast<int>(day.year());
  auto const new_year = std::chrono::sys_days(day.year() / std::chrono::January / 1);
  result.day_of_year = static_cast<int>(date - new_year.time_since_epoch().count()) + 1;
  return result;
}

Holidays::Holidays(std::vector<std::string> const& texts) {
  for (std::string const& text : texts) {
    std::vector<int> numbers;
    bool const is_read = read_numbers(text, numbers);
    using namespace std::chrono;
    auto const date_of = [](int y, int m, int d) {
      return year(y) / month(static_cast<unsigned>(m)) / day(static_cast<unsigned>(d));
    };
    if (is_read && numbers.size() == 2 && date_of(2024, numbers[0], numbers[1]).ok()) {
      yearly_.push_back(numbers[0] * 100 + numbers[1]);
    } else if (is_read && numbers.size() == 3 && date_of(numbers[0], numbers[1], numbers[2]).ok()) {
      dates_.push_back(sys_days(date_of(numbers[0], numbers[1], numbers[2])).time_since_epoch().count());
    } else {
      throw ConfigError(fmt::format("holiday '{}' is not a date; expected YYYY-MM-DD, or MM-DD for every year", text));
    }
  }
}

bool Holidays::contains(std::int64_t date) const {
  if (std::ranges::find(dates_, date) != dates_.end()) return true;
  CalendarDay const day = calendar_day(date);
  return std::ranges::find(yearly_, day.month * 100 + day.day) != yearly_.end();
}

std::int64_t Holidays::days_to_next(std::int64_t date, std::int64_t limit) const {
  std::int64_t days = 0;
  while (days < limit && !contains(date + days)) ++days;
  return days;
}

std::int64_t Holidays::days_since_last(std::int64_t date, std::int64_t limit) const {
  std::int64_t days = 0;
  while (days < limit && !contains(date - days)) ++days;
  return days;
}

void add_calendar_features(FeatureContext& context) {
  if (!context.params.calendar) return;
  io::Column const& time = context.table().at(context.params.time);
  io::agree(context.comm, "calendar features", [&] {
    if (time.type == io::ColumnType::date) {
      add_dates(context, time.integers);
    } else if (context.params.season > 1) {
      std::vector<double> phase(context.size());
      std::int64_t const season = context.params.season;
      for (std::size_t i = 0; i < phase.size(); ++i) {
        phase[i] = static_cast<double>((time.integers[i] % season + season) % season);
      }
      context.add({"phase", true}, std::move(phase), fmt::format("period modulo {}", season));
    }
  });
}

}  // namespace tidemill::drivers
