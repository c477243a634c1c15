#include "io/tables/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "io/error.hpp"

namespace tidemill::io {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t const substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view name_of(ColumnType type) {
  static constexpr std::array<std::string_view, 6> names{"integer", "cents", "real", "date", "time", "text"};
  return names[static_cast<std::size_t>(type)];
}

std::int64_t Column::size() const {
  if (is_text()) return static_cast<std::int64_t>(codes.size());
  return static_cast<std::int64_t>(is_real() ? reals.size() : integers.size());
}

void Column::resize(std::int64_t rows) {
  auto const n = static_cast<std::size_t>(rows);
  if (is_text()) {
    codes.resize(n, missing_code);
  } else if (is_real()) {
    reals.resize(n, std::nan(""));
  } else {
    integers.resize(n, missing_integer);
  }
}

bool Column::is_missing(std::int64_t row) const {
  auto const i = static_cast<std::size_t>(row);
  if (is_text()) return codes[i] == missing_code;
  return is_real() ? std::isnan(reals[i]) : integers[i] == missing_integer;
}

double Column::number(std::int64_t row) const {
  if (is_text()) throw std::invalid_argument("column '" + name + "' holds text, not numbers");
  auto const i = static_cast<std::size_t>(row);
  if (is_real()) return reals[i];
  return integers[i] == missing_integer ? std::nan("") : static_cast<double>(integers[i]);
}

std::string const& Column::text(std::int64_t row) const {
  static std::string const empty;
  std::int32_t const code = codes[static_cast<std::size_t>(row)];
  return code == missing_code ? empty : dictionary[static_cast<std::size_t>(code)];
}

Column real_column(std::string name, std::vector<double> values, std::string unit, std::string description) {
  Column column;
  column.name = std::move(name);
  column.unit = std::move(unit);
  column.description = std::move(description);
  column.reals = std::move(values);
  return column;
}

Column integer_column(std::string name, std::vector<std::int64_t> values, ColumnType type, std::string unit,
                      std::string description) {
  Column column;
  column.name = std::move(name);
  column.type = type;
  column.unit = std::move(unit);
  column.description = std::move(description);
  column.integers = std::move(values);
  return column;
}

Column text_column(Comm const& comm, std::string name, std::vector<std::string> const& values,
                   std::string description) {
  Column column;
  column.name = std::move(name);
  column.type = ColumnType::text;
  column.description = std::move(description);
  column.codes.reserve(values.size());
  std::unordered_map<std::string_view, std::int32_t> code_of;
  for (std::string const& value : values) {
    if (value.empty()) {
      column.codes.push_back(missing_code);
      continue;
    }
    auto const [entry, is_new] = code_of.try_emplace(value, static_cast<std::int32_t>(code_of.size()));
    if (is_new) column.dictionary.push_back(value);
    column.codes.push_back(entry->second);
  }
  unify_dictionary(comm, column);
  return column;
}

void unify_dictionary(Comm const& comm, Column& column) {
  std::string packed;
  for (std::string const& value : column.dictionary) {
    auto const length = static_cast<std::uint32_t>(value.size());
    packed.append(reinterpret_cast<char const*>(&length), sizeof(length));
    packed += value;
  }
  std::vector<char> const all_bytes = comm.gather_all(std::span<char const>(packed));
  std::vector<std::string> all;
  for (std::size_t at = 0; at < all_bytes.size();) {
    std::uint32_t length = 0;
    std::copy_n(all_bytes.data() + at, sizeof(length), reinterpret_cast<char*>(&length));
    all.emplace_back(all_bytes.data() + at + sizeof(length), length);
    at += sizeof(length) + length;
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());

  std::vector<std::int32_t> new_code(column.dictionary.size());
  for (std::size_t i = 0; i < new_code.size(); ++i) {
    auto const found = std::lower_bound(all.begin(), all.end(), column.dictionary[i]);
    new_code[i] = static_cast<std::int32_t>(found - all.begin());
  }
  for (std::int32_t& code : column.codes) {
    if (code != missing_code) code = new_code[static_cast<std::size_t>(code)];
  }
  column.dictionary = std::move(all);
}

bool Table::has(std::string_view name) const {
  return std::any_of(columns.begin(), columns.end(), [&](Column const& c) { return c.name == name; });
}

Column const& Table::at(std::string_view name) const {
  for (Column const& column : columns) {
    if (column.name == name) return column;
  }
  std::vector<std::string> names;
  for (Column const& column : columns) names.push_back(column.name);
  throw DataError(fmt::format("no column '{}'; did you mean '{}'? The table has: {}", name, nearest_name(name, names),
                              fmt::join(names, ", ")));
}

Column& Table::at(std::string_view name) { return const_cast<Column&>(std::as_const(*this).at(name)); }

void Table::add(Column column) {
  for (Column& existing : columns) {
    if (existing.name == column.name) {
      existing = std::move(column);
      return;
    }
  }
  columns.push_back(std::move(column));
}

std::string nearest_name(std::string_view name, std::vector<std::string> const& candidates) {
  std::string best;
  std::size_t best_distance = std::numeric_limits<std::size_t>::max();
  for (std::string const& candidate : candidates) {
    std::size_t const distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace tidemill::io
