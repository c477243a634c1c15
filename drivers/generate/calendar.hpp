#pragma once

#include <chrono>
#include <cstdint>

namespace tidemill::drivers {

/// Days since 1970-01-01, as in date columns.
struct CalendarDay {
  int year;
  int month;        ///< 1 .. 12
  int day;          ///< 1 .. 31
  int weekday;      ///< Monday 0 .. Sunday 6
  int day_of_year;  ///< 0 .. 365
};

inline std::int64_t day_number(int year, unsigned month, unsigned day) {
  using namespace std::chrono;
  return sys_days(std::chrono::year(year) / month / day).time_since_epoch().count();
}

inline CalendarDay calendar_day(std::int64_t number) {
  using namespace std::chrono;
  sys_days const days{std::chrono::days(number)};
  year_month_day const date(days);
  sys_days const new_year = date.year() / January / 1;
  return {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())), static_cast<int>(weekday(days).iso_encoding()) - 1,
          static_cast<int>((days - new_year).count())};
}

}  // namespace tidemill::drivers
