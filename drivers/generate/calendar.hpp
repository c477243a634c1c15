#pragma once

#include <chrono>
#include <cstdint>

#include "drivers/features/calendar.hpp"

namespace tidemill::drivers {

/// Days since 1970-01-01, as in date columns; calendar_day is the way back.
inline std::int64_t day_number(int year, unsigned month, unsigned day) {
  using namespace std::chrono;
  return sys_days(std::chrono::year(year) / month / day).time_since_epoch().count();
}

}  // namespace tidemill::drivers
