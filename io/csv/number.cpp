#include "io/csv/number.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

namespace tidemill::io::csv {
namespace {

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

constexpr double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// What the shape of a number says before any rounding.
struct Shape {
  std::uint64_t digits = 0;  ///< the first 19 significant digits
  int count = 0;             ///< digits seen from the first significant one on
  int exponent = 0;          ///< decimal exponent of `digits`' last place
  bool negative = false;
  bool exact = true;  ///< all digits are in `digits`
  bool valid = false;
};

Shape shape_of(std::string_view text, char decimal) {
  Shape shape;
  char const* at = text.data();
  char const* const end = at + text.size();
  if (at < end && (*at == '-' || *at == '+')) shape.negative = *at++ == '-';
  bool any = false;
  bool fraction = false;
  for (; at < end; ++at) {
    if (*at == decimal && !fraction) {
      fraction = true;
      continue;
    }
    if (!is_digit(*at)) break;
    any = true;
    if (shape.count == 0 && *at == '0') {
      shape.exponent -= fraction ? 1 : 0;
    } else if (shape.count < 19) {
      shape.digits = shape.digits * 10 + static_cast<std::uint64_t>(*at - '0');
      ++shape.count;
      shape.exponent -= fraction ? 1 : 0;
    } else {
      shape.exact = false;
      ++shape.count;
      shape.exponent += fraction ? 0 : 1;
    }
  }
  if (!any) return shape;
  if (at < end && (*at == 'e' || *at == 'E')) {
    ++at;
    bool negative = false;
    if (at < end && (*at == '-' || *at == '+')) negative = *at++ == '-';
    if (at == end || !is_digit(*at)) return shape;
    int exponent = 0;
    for (; at < end && is_digit(*at); ++at) exponent = exponent < 100000 ? exponent * 10 + (*at - '0') : exponent;
    shape.exponent += negative ? -exponent : exponent;
  }
  shape.valid = at == end;
  return shape;
}

/// The general case, by the standard library (correctly rounded).
Parsed parse_slowly(std::string_view text, char decimal, Shape const& shape, double& value) {
  std::string copy;
  char const* first = text.data();
  char const* last = first + text.size();
  if (first < last && *first == '+') ++first;
  if (decimal != '.') {
    copy.assign(first, last);
    std::size_t const mark = copy.find(decimal);
    if (mark != std::string::npos) copy[mark] = '.';
    first = copy.data();
    last = first + copy.size();
  }
  auto const [end, error] = std::from_chars(first, last, value);
  if (error == std::errc::result_out_of_range) {
    if (shape.exponent + std::min(shape.count, 19) > 0) return Parsed::out_of_range;
    value = shape.negative ? -0.0 : 0.0;
    return Parsed::ok;
  }
  return error == std::errc() && end == last ? Parsed::ok : Parsed::not_one;
}

bool two_digits(char const* at, unsigned& value) {
  if (!is_digit(at[0]) || !is_digit(at[1])) return false;
  value = static_cast<unsigned>(at[0] - '0') * 10 + static_cast<unsigned>(at[1] - '0');
  return true;
}

}  // namespace

Parsed parse_integer(std::string_view text, std::int64_t& value) {
  char const* at = text.data();
  char const* const end = at + text.size();
  bool negative = false;
  if (at < end && (*at == '-' || *at == '+')) negative = *at++ == '-';
  if (at == end) return Parsed::not_one;
  while (at + 1 < end && *at == '0') ++at;
  bool const may_overflow = end - at > 18;
  std::uint64_t sum = 0;
  for (char const* p = at; p < end; ++p) {
    if (!is_digit(*p)) return Parsed::not_one;
    if (may_overflow && sum > (std::numeric_limits<std::uint64_t>::max() - 9) / 10) {
      for (; p < end; ++p) {
        if (!is_digit(*p)) return Parsed::not_one;
      }
      return Parsed::out_of_range;
    }
    sum = sum * 10 + static_cast<std::uint64_t>(*p - '0');
  }
  // The most negative value stands for "missing", so it is no number here.
  if (sum > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return Parsed::out_of_range;
  value = negative ? -static_cast<std::int64_t>(sum) : static_cast<std::int64_t>(sum);
  return Parsed::ok;
}

Parsed parse_real(std::string_view text, char decimal, double& value) {
  Shape const shape = shape_of(text, decimal);
  if (!shape.valid) return Parsed::not_one;
  // Both factors are exact doubles, so one operation rounds once, correctly (Clinger 1990).
  if (shape.exact && shape.digits <= (std::uint64_t{1} << 53) && shape.exponent >= -22 && shape.exponent <= 22) {
    auto const digits = static_cast<double>(shape.digits);
    double const magnitude =
        shape.exponent < 0 ? digits / powers_of_ten[-shape.exponent] : digits * powers_of_ten[shape.exponent];
    value = shape.negative ? -magnitude : magnitude;
    return Parsed::ok;
  }
  if (shape.digits == 0) {
    value = shape.negative ? -0.0 : 0.0;
    return Parsed::ok;
  }
  return parse_slowly(text, decimal, shape, value);
}

bool days_of(int year, unsigned month, unsigned day, std::int64_t& days) {
  std::chrono::year_month_day const date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok()) return false;
  days = std::chrono::sys_days(date).time_since_epoch().count();
  return true;
}

bool parse_date(std::string_view text, std::int64_t& days) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  unsigned century = 0, years = 0, month = 0, day = 0;
  if (!two_digits(text.data(), century) || !two_digits(text.data() + 2, years)) return false;
  if (!two_digits(text.data() + 5, month) || !two_digits(text.data() + 8, day)) return false;
  return days_of(static_cast<int>(century * 100 + years), month, day, days);
}

bool parse_time(std::string_view text, std::int64_t& seconds) {
  if ((text.size() != 16 && text.size() != 19) || (text[10] != ' ' && text[10] != 'T') || text[13] != ':') return false;
  unsigned hour = 0, minute = 0, second = 0;
  std::int64_t days = 0;
  if (!parse_date(text.substr(0, 10), days) || !two_digits(text.data() + 11, hour) ||
      !two_digits(text.data() + 14, minute)) {
    return false;
  }
  if (text.size() == 19 && (text[16] != ':' || !two_digits(text.data() + 17, second))) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  seconds = days * 86400 + static_cast<std::int64_t>(hour * 3600 + minute * 60 + second);
  return true;
}

}  // namespace tidemill::io::csv
