#pragma once

#include <cstdint>
#include <string_view>

namespace tidemill::io {

/// Which number stands first in dates like 03/04/2026.
enum class DateOrder { unknown, month_first, day_first };

enum class DateProblem { none, not_a_date, no_such_day, ambiguous, out_of_range };

struct Moment {
  std::int64_t date = 0;           ///< days since 1970-01-01
  std::int64_t second_of_day = 0;  ///< 0 when the text holds no clock time
  bool has_clock = false;
  bool has_offset = false;
  std::int64_t offset_minutes = 0;  ///< local time minus UTC
};

/// Dates as exports write them: 2026-08-05, 8/5/2026, 05.08.2026, 8/5/26, 05-Aug-2026, 5 Aug 2026, each alone or with a
/// clock time behind it: 14:30, 14:30:05, 2:30 PM, 2:30:05.250 pm, and with a zone: Z, +02:00, -0500, EST, EDT, ...
/// A date of numbers with slashes whose order is neither given nor told by a number above 12 is ambiguous.
/// Years outside 1990 .. 2100 are out_of_range.
DateProblem parse_moment(std::string_view text, DateOrder order, Moment& moment);

/// 14:30:05 and the like alone.
bool parse_clock(std::string_view text, std::int64_t& second_of_day);

/// What a date says about the order of its numbers: month_first for 8/25/2026, day_first for 25/8/2026.
DateOrder order_told_by(std::string_view text);

std::string_view reason_for(DateProblem problem);

}  // namespace tidemill::io
