#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemill::drivers::report {

/// Safe as element content and as a quoted attribute value; control characters become blanks.
std::string escape_html(std::string_view text);

// Numbers for people. NaN, or io::missing_integer, is "not known".
std::string whole_text(std::int64_t value);                                      ///< 12,345
std::string number_text(double value, int decimals);                             ///< 1,234.5
std::string percent_text(double share, int decimals = 0);                        ///< 12 %
std::string signed_percent_text(double share, int decimals = 0);                 ///< +12 %
std::string price_text(std::int64_t cents, std::string const& currency);         ///< €4.50
std::string money_text(std::int64_t cents, std::string const& currency);         ///< €12,346 (whole units)
std::string signed_money_text(std::int64_t cents, std::string const& currency);  ///< +€12,346
std::string day_text(std::int64_t date);                                         ///< Fri 20 Nov 2026
std::string weekday_text(std::int64_t date);                                     ///< Fri 20 Nov
std::string short_day_text(std::int64_t date);                                   ///< 20 Nov
std::string duration_text(double seconds);                                       ///< 0.42 s, 1 min 05 s
std::string bytes_text(std::int64_t bytes);                                      ///< 12.3 MB

/// At most `length` characters; a longer text ends in an ellipsis. Counts UTF-8 code points.
std::string shortened(std::string_view text, std::size_t length);
std::size_t code_points(std::string_view text);

}  // namespace tidemill::drivers::report
