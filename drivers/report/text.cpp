#include "drivers/report/text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>

#include "io/tables/table.hpp"

namespace tidemill::drivers::report {
namespace {

constexpr char const* unknown = "not known";
constexpr char const* minus = "\u2212";

std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? -static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

std::string symbol(std::string const& currency) {
  static std::map<std::string, std::string> const symbols{{"USD", "$"}, {"EUR", "€"}, {"GBP", "£"}, {"JPY", "¥"}};
  auto const known = symbols.find(currency);
  if (known != symbols.end()) return known->second;
  return currency.empty() ? "" : currency + "\u00a0";
}

std::chrono::year_month_day calendar(std::int64_t date) {
  return std::chrono::year_month_day{std::chrono::sys_days{std::chrono::days{date}}};
}

char const* month_name(std::chrono::year_month_day date) {
  static constexpr char const* names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return names[static_cast<unsigned>(date.month()) - 1];
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (char const c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
  }
  return out;
}

std::string whole_text(std::int64_t value) {
  if (value == io::missing_integer) return unknown;
  return (value < 0 ? minus : "") + grouped(magnitude(value));
}

std::string number_text(double value, int decimals) {
  if (!std::isfinite(value)) return unknown;
  std::string const digits = fmt::format("{:.{}f}", std::abs(value), decimals);
  std::size_t const point = std::min(digits.find('.'), digits.size());
  bool const is_zero = digits.find_first_of("123456789") == std::string::npos;
  return (value < 0 && !is_zero ? minus : "") + grouped(std::stoull(digits.substr(0, point))) + digits.substr(point);
}

std::string percent_text(double share, int decimals) {
  return std::isfinite(share) ? number_text(share * 100, decimals) + "\u00a0%" : unknown;
}

std::string signed_percent_text(double share, int decimals) {
  return (share > 0 && std::isfinite(share) ? "+" : "") + percent_text(share, decimals);
}

std::string price_text(std::int64_t cents, std::string const& currency) {
  if (cents == io::missing_integer) return unknown;
  std::uint64_t const size = magnitude(cents);
  return fmt::format("{}{}{}.{:02}", cents < 0 ? minus : "", symbol(currency), grouped(size / 100), size % 100);
}

std::string money_text(std::int64_t cents, std::string const& currency) {
  if (cents == io::missing_integer) return unknown;
  std::uint64_t const units = (magnitude(cents) + 50) / 100;
  return (cents < 0 && units > 0 ? minus : "") + symbol(currency) + grouped(units);
}

std::string signed_money_text(std::int64_t cents, std::string const& currency) {
  return (cents >= 50 ? "+" : "") + money_text(cents, currency);
}

std::string weekday_text(std::int64_t date) {
  static constexpr char const* weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  std::chrono::weekday const weekday{std::chrono::sys_days{std::chrono::days{date}}};
  return fmt::format("{} {}", weekdays[weekday.c_encoding()], short_day_text(date));
}

std::string day_text(std::int64_t date) {
  return fmt::format("{} {}", weekday_text(date), static_cast<int>(calendar(date).year()));
}

std::string short_day_text(std::int64_t date) {
  auto const day = calendar(date);
  return fmt::format("{} {}", static_cast<unsigned>(day.day()), month_name(day));
}

std::string duration_text(double seconds) {
  if (seconds < 10) return fmt::format("{:.2f} s", seconds);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  auto const whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string bytes_text(std::int64_t bytes) {
  auto const size = static_cast<double>(bytes);
  if (size < 1e6) return fmt::format("{:.0f} kB", size / 1e3);
  if (size < 1e9) return fmt::format("{:.{}f} MB", size / 1e6, size < 1e7 ? 1 : 0);
  return fmt::format("{:.2f} GB", size / 1e9);
}

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (char const c : text) count += is_continuation(c) ? 0 : 1;
  return count;
}

std::string shortened(std::string_view text, std::size_t length) {
  if (code_points(text) <= length) return std::string(text);
  std::size_t end = 0;
  for (std::size_t kept = 0; end < text.size(); ++end) {
    if (!is_continuation(text[end]) && kept++ + 1 == length) break;
  }
  std::string cut(text.substr(0, end));
  while (cut.ends_with(' ')) cut.pop_back();
  return cut + "…";
}

}  // namespace tidemill::drivers::report
