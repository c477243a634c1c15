#include "io/adapters/clock.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "io/csv/number.hpp"

namespace tidemill::io {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Reader {
  std::string_view rest;

  void skip_blanks() {
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  }
  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  /// One to `most` digits; the number of digits taken.
  std::size_t number(int& value, std::size_t most) {
    std::size_t length = 0;
    value = 0;
    while (length < most && length < rest.size() && is_digit(rest[length])) value = value * 10 + (rest[length++] - '0');
    rest.remove_prefix(length);
    return length;
  }
  std::string word() {
    std::string letters;
    while (!rest.empty() && std::isalpha(static_cast<unsigned char>(rest.front())) != 0) {
      letters += static_cast<char>(std::toupper(static_cast<unsigned char>(rest.front())));
      rest.remove_prefix(1);
    }
    return letters;
  }
};

int month_named(std::string const& word) {
  static constexpr std::array<std::string_view, 12> names{"JANUARY",   "FEBRUARY", "MARCH",    "APRIL",
                                                          "MAY",       "JUNE",     "JULY",     "AUGUST",
                                                          "SEPTEMBER", "OCTOBER",  "NOVEMBER", "DECEMBER"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (word.size() >= 3 && names[i].starts_with(word)) return static_cast<int>(i) + 1;
  }
  return 0;
}

struct ParsedDate {
  int year = 0, month = 0, day = 0;
};

struct ThreeNumbers {
  int first = 0, second = 0, year = 0;
  bool by_numbers = false;
};

/// The parts of a date of numbers, unordered.
bool take_numbers(Reader& reader, int first, char separator, ThreeNumbers& numbers) {
  numbers.by_numbers = true;
  numbers.first = first;
  std::size_t length = 0;
  if (reader.number(numbers.second, 2) == 0 || !reader.take(separator)) return false;
  length = reader.number(numbers.year, 4);
  if (length == 2) numbers.year += 2000;
  return length == 2 || length == 4;
}

DateProblem take_date(Reader& reader, DateOrder order, ParsedDate& date) {
  int first = 0;
  std::size_t const length = reader.number(first, 4);
  if (length == 4) {
    date.year = first;
    char const separator = reader.rest.empty() ? '\0' : reader.rest.front();
    if (separator != '-' && separator != '/' && separator != '.') return DateProblem::not_a_date;
    reader.take(separator);
    if (reader.number(date.month, 2) == 0 || !reader.take(separator)) return DateProblem::not_a_date;
    return reader.number(date.day, 2) == 0 ? DateProblem::not_a_date : DateProblem::none;
  }
  if (length == 0 || length > 2 || reader.rest.empty()) return DateProblem::not_a_date;
  char const separator = reader.rest.front();
  reader.rest.remove_prefix(1);
  if (!reader.rest.empty() && std::isalpha(static_cast<unsigned char>(reader.rest.front())) != 0) {
    date.day = first;
    date.month = month_named(reader.word());
    if (date.month == 0 || !reader.take(separator)) return DateProblem::not_a_date;
    std::size_t const digits = reader.number(date.year, 4);
    if (digits == 2) date.year += 2000;
    return digits == 2 || digits == 4 ? DateProblem::none : DateProblem::not_a_date;
  }
  if (separator != '/' && separator != '.' && separator != '-') return DateProblem::not_a_date;
  ThreeNumbers numbers;
  if (!take_numbers(reader, first, separator, numbers)) return DateProblem::not_a_date;
  if (separator == '.') order = DateOrder::day_first;  // no place writes the month first with points
  if (order == DateOrder::unknown) {
    if (numbers.first > 12 && numbers.second <= 12) order = DateOrder::day_first;
    if (numbers.second > 12 && numbers.first <= 12) order = DateOrder::month_first;
    if (numbers.first == numbers.second) order = DateOrder::month_first;
  }
  if (order == DateOrder::unknown) return DateProblem::ambiguous;
  bool const month_first = order == DateOrder::month_first;
  date = {numbers.year, month_first ? numbers.first : numbers.second, month_first ? numbers.second : numbers.first};
  return DateProblem::none;
}

bool take_clock(Reader& reader, std::int64_t& seconds) {
  int hour = 0, minute = 0, second = 0;
  if (reader.number(hour, 2) == 0 || !reader.take(':') || reader.number(minute, 2) != 2) return false;
  if (reader.take(':')) {
    if (reader.number(second, 2) != 2) return false;
    if (reader.take('.')) {
      int fraction = 0;
      if (reader.number(fraction, 9) == 0) return false;
    }
  }
  Reader ahead = reader;
  ahead.skip_blanks();
  std::string const half = ahead.word();
  if (half == "AM" || half == "PM") {
    if (hour < 1 || hour > 12) return false;
    hour = hour % 12 + (half == "PM" ? 12 : 0);
    reader = ahead;
  }
  seconds = hour * 3600 + minute * 60 + second;
  return hour < 24 && minute < 60 && second < 60;
}

bool take_zone(Reader& reader, Moment& moment) {
  reader.skip_blanks();
  if (reader.rest.empty()) return true;
  moment.has_offset = true;
  if (reader.rest.front() == '+' || reader.rest.front() == '-') {
    bool const west = reader.rest.front() == '-';
    reader.rest.remove_prefix(1);
    int hours = 0, minutes = 0;
    if (reader.number(hours, 2) != 2) return false;
    reader.take(':');
    if (!reader.rest.empty() && reader.number(minutes, 2) != 2) return false;
    moment.offset_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
    return hours <= 14 && minutes < 60 && reader.rest.empty();
  }
  static constexpr std::array<std::pair<std::string_view, int>, 15> zones{{{"Z", 0},
                                                                           {"UTC", 0},
                                                                           {"GMT", 0},
                                                                           {"EST", -300},
                                                                           {"EDT", -240},
                                                                           {"CST", -360},
                                                                           {"CDT", -300},
                                                                           {"MST", -420},
                                                                           {"MDT", -360},
                                                                           {"PST", -480},
                                                                           {"PDT", -420},
                                                                           {"BST", 60},
                                                                           {"CET", 60},
                                                                           {"CEST", 120},
                                                                           {"AKST", -540}}};
  std::string const word = reader.word();
  for (auto const& [name, minutes] : zones) {
    if (name != word) continue;
    moment.offset_minutes = minutes;
    return reader.rest.empty();
  }
  return false;
}

}  // namespace

DateProblem parse_moment(std::string_view text, DateOrder order, Moment& moment) {
  moment = {};
  Reader reader{text};
  reader.skip_blanks();
  ParsedDate date;
  DateProblem const problem = take_date(reader, order, date);
  if (problem != DateProblem::none) return problem;
  if (!reader.rest.empty() && reader.rest.front() != ' ' && reader.rest.front() != 'T' && reader.rest.front() != ',') {
    return DateProblem::not_a_date;
  }
  if (!reader.take('T')) reader.take(',');
  reader.skip_blanks();
  if (!reader.rest.empty()) {
    moment.has_clock = true;
    if (!take_clock(reader, moment.second_of_day) || !take_zone(reader, moment)) return DateProblem::not_a_date;
  }
  if (date.year < 1990 || date.year > 2100) return DateProblem::out_of_range;
  if (date.month < 1 || date.day < 1 ||
      !csv::days_of(date.year, static_cast<unsigned>(date.month), static_cast<unsigned>(date.day), moment.date)) {
    return DateProblem::no_such_day;
  }
  return DateProblem::none;
}

bool parse_clock(std::string_view text, std::int64_t& second_of_day) {
  Reader reader{text};
  reader.skip_blanks();
  if (!take_clock(reader, second_of_day)) return false;
  reader.skip_blanks();
  return reader.rest.empty();
}

DateOrder order_told_by(std::string_view text) {
  Moment ignored;
  bool const month_first = parse_moment(text, DateOrder::month_first, ignored) == DateProblem::none;
  bool const day_first = parse_moment(text, DateOrder::day_first, ignored) == DateProblem::none;
  if (month_first == day_first) return DateOrder::unknown;
  return month_first ? DateOrder::month_first : DateOrder::day_first;
}

std::string_view reason_for(DateProblem problem) {
  switch (problem) {
    case DateProblem::not_a_date:
      return "not a date";
    case DateProblem::no_such_day:
      return "no such day; if days stand before months, give --date-order dmy (or mdy)";
    case DateProblem::ambiguous:
      return "can mean two days; give --date-order mdy or dmy";
    case DateProblem::out_of_range:
      return "outside the years 1990 to 2100";
    case DateProblem::none:
      break;
  }
  return "";
}

}  // namespace tidemill::io
