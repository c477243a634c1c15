#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tidemill::drivers {

/// Facts about a date given as days since 1970-01-01.
struct CalendarDay {
  int weekday = 0;  ///< 0 Monday .. 6 Sunday
  int day = 1;      ///< of the month
  int month = 1;    ///< 1..12
  int year = 1970;
  int day_of_year = 1;  ///< 1..366
};
CalendarDay calendar_day(std::int64_t date);

/// Holidays as "YYYY-MM-DD" or, every year, "MM-DD". Throws ConfigError for other texts.
class Holidays {
 public:
  explicit Holidays(std::vector<std::string> const& texts);
  bool contains(std::int64_t date) const;
  /// Days to the next holiday (0: today), at most `limit`; and since the last one.
  std::int64_t days_to_next(std::int64_t date, std::int64_t limit) const;
  std::int64_t days_since_last(std::int64_t date, std::int64_t limit) const;

 private:
  std::vector<std::int64_t> dates_;
  std::vector<int> yearly_;  ///< 100 month + day
};

}  // namespace tidemill::drivers
