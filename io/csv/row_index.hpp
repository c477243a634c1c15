#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "io/csv/text_source.hpp"

namespace tidemill::io::csv {

/// Where the fields of a chunk's rows stand: field c of row r ends at field_end[r * columns + c] and begins at
/// row_start[r] (c = 0) or just behind the separator before it. Offsets count from `base`. Blank lines are left out.
struct RowIndex {
  std::string_view text;
  std::size_t base = 0;
  std::size_t columns = 0;
  std::vector<std::uint32_t> row_start;
  std::vector<std::uint32_t> field_end;  ///< may be longer than rows() * columns
  bool has_quotes = false;               ///< no field needs unquoting when false

  std::size_t rows() const { return row_start.size(); }
  std::string_view field(std::size_t row, std::size_t column) const {
    std::size_t const cell = row * columns + column;
    std::size_t const first = column == 0 ? row_start[row] : field_end[cell - 1] + 1;
    return text.substr(base + first, field_end[cell] - first);
  }
};

/// A single value may not be longer: a longer one is a quote that was never closed, or no table.
constexpr std::size_t longest_field = std::size_t{1} << 20;

/// Fills `index` (its memory is reused) with whole rows that begin at `from`, a row's start, up to about `bytes` of
/// text and not beyond `end`. Returns where the next row begins. Throws DataError naming the line when a row has not
/// `columns` fields, a quote is not closed, or a value is longer than longest_field.
std::size_t index_rows(TextPart const& part, std::size_t from, std::size_t end, std::size_t bytes, std::size_t columns,
                       RowIndex& index);

/// The same, row by row: slower, and what the fast one is tested against.
std::size_t index_rows_plainly(TextPart const& part, std::size_t from, std::size_t end, std::size_t bytes,
                               std::size_t columns, RowIndex& index);

}  // namespace tidemill::io::csv
