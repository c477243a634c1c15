#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/csv/row_index.hpp"
#include "io/csv/text_pool.hpp"
#include "io/csv/value_kinds.hpp"

namespace tidemill::io::csv {

/// What all columns of one file share.
struct ValueRules {
  char delimiter = ',';
  char decimal = '.';
  std::vector<std::string> missing;
  bool is_missing(std::string_view value) const;
};

/// Converts the fields of one column, chunk after chunk, to one type. A value that does not fit is remembered by kind;
/// from then on values are only looked at, because the column must be read again with a wider type.
class ColumnBuilder {
 public:
  /// `expected`: the kinds of value that the type shall hold. When none is known, values are only looked at.
  ColumnBuilder(std::string name, Kinds expected, ValueRules const& rules);

  /// Makes room for this many values in all.
  void reserve(std::size_t rows);
  void append(TextPart const& part, RowIndex const& index, std::size_t column);

  ColumnType type() const { return type_; }
  Kinds kinds() const { return kinds_; }  ///< of the values that did not fit
  TextPool const& pool() const { return pool_; }
  /// The values; text codes are those of pool().
  Column take();

 private:
  void append_integers(TextPart const& part, RowIndex const& index, std::size_t column);
  void append_reals(TextPart const& part, RowIndex const& index, std::size_t column);
  void append_instants(TextPart const& part, RowIndex const& index, std::size_t column);
  void append_texts(TextPart const& part, RowIndex const& index, std::size_t column);
  void note(std::string_view value);  ///< a value that did not fit
  void look(TextPart const& part, RowIndex const& index, std::size_t column);
  std::string_view value_at(TextPart const& part, RowIndex const& index, std::size_t row, std::size_t column);
  [[noreturn]] void refuse(TextPart const& part, RowIndex const& index, std::size_t row, std::string const& what) const;

  ColumnType type_;
  bool only_look_;
  ValueRules const& rules_;
  Column column_;
  Kinds kinds_ = no_value;
  TextPool pool_;
  std::string scratch_;
  std::vector<std::uint32_t> rest_;  // rows that the fast loop left
};

}  // namespace tidemill::io::csv
