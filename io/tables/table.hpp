#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// What a column's values mean. Money is integer cents, never a float; "unknown" and 0 are different values.
enum class ColumnType {
  integer,  ///< 64-bit integer
  cents,    ///< money in minor units (10.05 is 1005)
  real,     ///< double; missing is NaN
  date,     ///< days since 1970-01-01
  time,     ///< seconds since 1970-01-01 00:00:00, local time of the place
  text,     ///< codes into a dictionary
};
std::string_view name_of(ColumnType type);

/// The value that stands for "missing" in integer, cents, date and time columns.
constexpr std::int64_t missing_integer = std::numeric_limits<std::int64_t>::min();
/// The code that stands for "missing" in text columns.
constexpr std::int32_t missing_code = -1;

/// This rank's part of one column, in host memory. Exactly one of the three value arrays is used, by type.
struct Column {
  std::string name;
  ColumnType type = ColumnType::real;
  std::string unit;
  std::string description;
  std::vector<std::int64_t> integers;   ///< integer, cents, date, time
  std::vector<double> reals;            ///< real
  std::vector<std::int32_t> codes;      ///< text: index into `dictionary`, or missing_code
  std::vector<std::string> dictionary;  ///< text: distinct values in byte order, the same on every rank

  std::int64_t size() const;
  void resize(std::int64_t rows);  ///< new rows are missing
  bool is_missing(std::int64_t row) const;
  bool is_text() const { return type == ColumnType::text; }
  bool is_real() const { return type == ColumnType::real; }
  /// Numeric value as double: cents stay minor units; missing is NaN. Text columns throw std::invalid_argument.
  double number(std::int64_t row) const;
  /// The text of a text cell; empty when missing.
  std::string const& text(std::int64_t row) const;
};

Column real_column(std::string name, std::vector<double> values, std::string unit = {}, std::string description = {});
Column integer_column(std::string name, std::vector<std::int64_t> values, ColumnType type = ColumnType::integer,
                      std::string unit = {}, std::string description = {});

/// Collective. A text column from this rank's values (empty = missing); the dictionary is made from all ranks' values.
Column text_column(Comm const& comm, std::string name, std::vector<std::string> const& values,
                   std::string description = {});
/// Collective. Gives a column with a rank-local dictionary (any order, no duplicates) the common sorted one.
void unify_dictionary(Comm const& comm, Column& column);

/// This rank's consecutive rows of a table; all columns have range.count rows and all ranks the same columns.
/// Ranks hold consecutive parts in rank order, so the global number of local row i is range.first + i.
struct Table {
  RowRange range;
  std::vector<Column> columns;

  std::int64_t rows() const { return range.count; }
  bool has(std::string_view name) const;
  /// Throws DataError naming the columns there are (nearest name first) when there is none of this name.
  Column const& at(std::string_view name) const;
  Column& at(std::string_view name);
  void add(Column column);  ///< replaces a column of the same name
};

/// The candidate closest to `name` by edit distance; empty when there is none. For messages.
std::string nearest_name(std::string_view name, std::vector<std::string> const& candidates);

}  // namespace tidemill::io
