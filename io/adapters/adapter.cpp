#include "io/adapters/adapter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "io/adapters/money.hpp"
#include "io/csv/write_csv.hpp"
#include "io/error.hpp"

namespace tidemill::io {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

Binding bind_layout(Layout const& layout, std::vector<std::string> const& header, std::vector<std::string>& missing) {
  Binding binding(layout.columns.size(), -1);
  for (std::size_t c = 0; c < layout.columns.size(); ++c) {
    for (std::string const& name : layout.columns[c].names) {
      auto const found = std::find(header.begin(), header.end(), normalised_header(name));
      if (found == header.end()) continue;
      binding[c] = static_cast<int>(found - header.begin());
      break;
    }
    if (binding[c] < 0 && layout.columns[c].required) missing.push_back(layout.columns[c].names.front());
  }
  return binding;
}

}  // namespace

std::string normalised_header(std::string_view header) {
  std::string result;
  for (char const c : header) {
    bool const blank = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (blank && (result.empty() || result.back() == ' ')) continue;
    result += blank ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  while (!result.empty() && (result.back() == ' ' || result.back() == '?')) result.pop_back();
  return result;
}

Layout const& choose_layout(std::vector<Layout> const& layouts, std::vector<std::string> const& header,
                            std::string const& file_name, Binding& binding) {
  std::vector<std::string> normalised;
  for (std::string const& name : header) normalised.push_back(normalised_header(name));
  std::vector<std::string> fewest;
  std::string nearest;
  for (Layout const& layout : layouts) {
    std::vector<std::string> missing;
    binding = bind_layout(layout, normalised, missing);
    if (missing.empty()) return layout;
    if (nearest.empty() || missing.size() < fewest.size()) {
      fewest = missing;
      nearest = layout.name;
    }
  }
  bool const place = std::find(fewest.begin(), fewest.end(), "Location") != fewest.end();
  throw DataError(fmt::format(
      "{}: line 1: required columns are missing for {}: {}; found: {}. {}Export with these columns, or check "
      "--adapter and the delimiter",
      file_name, nearest, fmt::join(fewest, ", "), fmt::join(header, ", "),
      place ? "Say --location NAME when the file holds one location. " : ""));
}

Adapter const& find_adapter(std::string const& name) {
  std::vector<std::string> names;
  for (Adapter const& adapter : adapters()) {
    if (adapter.name == name) return adapter;
    names.push_back(adapter.name);
  }
  throw ConfigError(fmt::format("unknown adapter '{}'; did you mean '{}'? There are: {}", name,
                                nearest_name(name, names), fmt::join(names, ", ")));
}

std::int64_t Cells::money(std::size_t column, std::int64_t if_empty) const {
  if (values_[column].empty()) return if_empty;
  std::int64_t cents = 0;
  MoneyProblem const problem = parse_money(values_[column], options_.decimal, options_.currency, cents);
  if (problem == MoneyProblem::none) return cents;
  throw RowProblem{header(column), fmt::format("'{}' is {}", values_[column], reason_for(problem)), false};
}

std::int64_t Cells::needed_money(std::size_t column) const {
  if (values_[column].empty()) throw RowProblem{header(column), "the amount is missing", false};
  return money(column);
}

std::int64_t Cells::quantity(std::size_t column, std::int64_t if_empty) const {
  if (values_[column].empty()) return if_empty;
  std::int64_t thousandths = 0;
  if (parse_scaled(values_[column], options_.decimal, 3, thousandths)) return thousandths;
  throw RowProblem{header(column), fmt::format("'{}' is not a quantity", values_[column]), false};
}

bool Cells::flag(std::size_t column) const {
  std::string const value = lower(values_[column]);
  if (value == "true" || value == "yes" || value == "y" || value == "1") return true;
  if (value.empty() || value == "false" || value == "no" || value == "n" || value == "0") return false;
  throw RowProblem{header(column), fmt::format("'{}' is neither true nor false", values_[column]), false};
}

Moment Cells::moment(std::size_t column) const {
  Moment moment;
  DateProblem const problem = parse_moment(values_[column], options_.date_order, moment);
  if (problem == DateProblem::none) return moment;
  throw RowProblem{header(column), fmt::format("'{}': {}", values_[column], reason_for(problem)), false};
}

void set_time(SalesLine& line, Moment const& moment, AdapterOptions const& options) {
  line.local_time = moment.date * 86400 + moment.second_of_day;
  line.utc_offset = moment.has_offset ? moment.offset_minutes : options.utc_offset;
  std::int64_t const shifted = line.local_time - options.cutoff_minutes * 60;
  // A date without a clock is a business date already.
  line.business_date = moment.has_clock ? (shifted >= 0 ? shifted : shifted - 86399) / 86400 : moment.date;
}

void settle_amounts(SalesLine& line, std::string const& net_header) {
  if (line.gross - line.discount != line.net && line.gross + line.discount == line.net) line.discount = -line.discount;
  if (line.gross - line.discount == line.net) return;
  throw RowProblem{net_header,
                   fmt::format("gross {} less discount {} is not net {}", cents_text(line.gross),
                               cents_text(line.discount), cents_text(line.net)),
                   false};
}

std::string first_of(std::initializer_list<std::string_view> texts) {
  for (std::string_view const text : texts) {
    if (!text.empty()) return std::string(text);
  }
  return {};
}

}  // namespace tidemill::io
