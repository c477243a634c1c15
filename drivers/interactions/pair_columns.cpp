#include "drivers/interactions/pair_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "io/csv/number.hpp"
#include "io/csv/text_pool.hpp"
#include "io/csv/value_kinds.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

using io::RowFault;

/// Ids and times beyond it are not exact as reals.
constexpr double largest_whole = 9e15;

std::size_t column_position(std::vector<std::string> const& names, std::string const& name, std::string const& option,
                            std::string const& where) {
  auto const found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::size_t number = 0;
  auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size() && number >= 1 && number <= names.size()) {
    return number - 1;
  }
  throw DataError(
      fmt::format("{}: no column '{}' among {}; did you mean '{}'? Set --{} to a name or to a number from 1", where,
                  name, fmt::join(names, ", "), io::nearest_name(name, names), option));
}

std::size_t column_position_or(std::vector<std::string> const& names, std::string const& name,
                               std::string const& option, std::string const& usual_number, std::string const& where) {
  if (!name.empty()) return column_position(names, name, option, where);
  bool const has_option = std::find(names.begin(), names.end(), option) != names.end();
  return column_position(names, has_option ? option : usual_number, option, where);
}

/// A value of the file as it may stand in a message.
std::string quoted_value(std::string const& value) {
  constexpr std::size_t longest = 40;
  std::string const text = io::csv::is_utf8(value) ? value : io::csv::utf8_from_latin1(value);
  if (text.size() <= longest) return "'" + text + "'";
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return "'" + text.substr(0, end) + "...'";
}

bool is_finite_number(std::string const& value, double& number) {
  return io::csv::parse_real(value, '.', number) == io::csv::Parsed::ok && std::isfinite(number);
}

std::optional<std::string> fault_of_id(std::string const& value, bool among_numbers) {
  if (value.empty()) return "has no id";
  double number = 0;
  if (!among_numbers ||
      (is_finite_number(value, number) && std::abs(number) < largest_whole && number == std::floor(number))) {
    return std::nullopt;
  }
  return fmt::format("the id {} among whole numbers", quoted_value(value));
}

std::optional<std::string> fault_of_value(std::string const& value) {
  double number = 0;
  if (is_finite_number(value, number)) return std::nullopt;
  return value.empty() ? "has no number" : fmt::format("expected a number, found {}", quoted_value(value));
}

std::optional<std::string> fault_of_time(std::string const& value) {
  double number = 0;
  std::int64_t instant = 0;
  if (is_finite_number(value, number) && std::abs(number) < largest_whole) return std::nullopt;
  if (io::csv::parse_date(value, instant) || io::csv::parse_time(value, instant)) return std::nullopt;
  if (value.empty()) return "has no time";
  return fmt::format("expected seconds since 1970-01-01, a date or a time, found {}", quoted_value(value));
}

}  // namespace

PairColumns pair_columns(std::vector<std::string> const& names, InteractionFormat const& format,
                         std::string const& where) {
  PairColumns columns;
  columns.user = column_position_or(names, format.user, "user", "1", where);
  columns.item = column_position_or(names, format.item, "item", "2", where);
  if (columns.user == columns.item) {
    throw ConfigError(fmt::format("--user and --item both name column '{}' of {}", names[columns.user], where));
  }
  if (!format.value.empty()) columns.value = column_position(names, format.value, "value", where);
  if (!format.time.empty()) columns.time = column_position(names, format.time, "time", where);
  return columns;
}

io::JudgeMaker pair_judge(InteractionFormat const& format, std::string const& where) {
  return [format, where](std::vector<std::string> const& names, std::vector<io::ColumnType> const& types) {
    PairColumns const columns = pair_columns(names, format, where);
    auto const has_numbers = [&](std::size_t c) { return !types.empty() && types[c] == io::ColumnType::real; };
    bool const user_numbers = has_numbers(columns.user), item_numbers = has_numbers(columns.item);
    return [=](std::vector<std::string> const& values) -> std::optional<RowFault> {
      if (auto fault = fault_of_id(values[columns.user], user_numbers)) return RowFault{names[columns.user], *fault};
      if (auto fault = fault_of_id(values[columns.item], item_numbers)) return RowFault{names[columns.item], *fault};
      if (columns.value) {
        if (auto fault = fault_of_value(values[*columns.value])) return RowFault{names[*columns.value], *fault};
      }
      if (columns.time) {
        if (auto fault = fault_of_time(values[*columns.time])) return RowFault{names[*columns.time], *fault};
      }
      return std::nullopt;
    };
  };
}

}  // namespace tidemill::drivers
