#pragma once

#include <cstdint>
#include <string_view>

namespace tidemill::io::csv {

enum class Parsed {
  ok,
  not_one,      ///< not of this kind at all
  out_of_range  ///< of this kind, but too large for the type
};

/// [+-]digits. Never wraps: what does not fit 64 bits is out_of_range.
Parsed parse_integer(std::string_view text, std::int64_t& value);

/// Decimal or scientific notation with `decimal` as mark; correctly rounded. Underflow gives the nearest value;
/// infinities and NaN are not numbers here.
Parsed parse_real(std::string_view text, char decimal, double& value);

/// YYYY-MM-DD as days since 1970-01-01; false unless the day exists.
bool parse_date(std::string_view text, std::int64_t& days);

/// YYYY-MM-DD, a blank or T, HH:MM or HH:MM:SS, as seconds since 1970-01-01 00:00:00.
bool parse_time(std::string_view text, std::int64_t& seconds);

/// Days since 1970-01-01 of a proleptic Gregorian date; false unless the day exists.
bool days_of(int year, unsigned month, unsigned day, std::int64_t& days);

}  // namespace tidemill::io::csv
