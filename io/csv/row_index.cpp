#include "io/csv/row_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "io/csv/fields.hpp"
#include "io/csv/separator_scan.hpp"
#include "io/error.hpp"

namespace tidemill::io::csv {
namespace {

[[noreturn]] void refuse(TextPart const& part, std::size_t offset, std::string const& what) {
  throw DataError(fmt::format("{}: line {}: {}", part.file_name, part.line_of(offset), what));
}

void add_row(TextPart const& part, std::size_t offset, Row const& row, RowIndex& index) {
  if (!row.closed) {
    refuse(part, offset, "a quote opened in this row is never closed; close it, or double quotes inside values");
  }
  if (row.fields.size() != index.columns) {
    refuse(
        part, offset,
        fmt::format("expected {} fields, found {}; quote values that hold '{}', or set the delimiter", index.columns,
                    row.fields.size(), part.delimiter == '\t' ? std::string("\\t") : std::string(1, part.delimiter)));
  }
  if (row.next - index.base > std::numeric_limits<std::uint32_t>::max()) {
    refuse(part, offset, "the row is longer than 4 GiB; a quote is probably not closed");
  }
  index.row_start.push_back(static_cast<std::uint32_t>(offset - index.base));
  for (std::string_view const field : row.fields) {
    if (field.size() > longest_field) {
      refuse(part, offset,
             fmt::format("a value is longer than {} bytes; a quote is probably not closed", longest_field));
    }
    index.field_end.push_back(static_cast<std::uint32_t>(field.data() + field.size() - part.text.data() - index.base));
  }
}

/// The fast way: one scan for all separators of the block. False when the rows need a closer look (blank lines, quotes
/// in odd places, a row longer than the block, errors); then nothing counts.
bool scan_block(std::string_view block, bool is_last, char delimiter, RowIndex& index) {
  static ScanSeparators const scan_separators = best_separator_scan();
  std::size_t const columns = index.columns;
  index.field_end.resize(block.size() + 80);
  SeparatorScan const scan = scan_separators(block.data(), block.size(), delimiter, index.field_end.data());
  if (!scan.regular || (is_last && scan.ends_inside)) return false;
  std::size_t found = scan.separators;
  std::size_t rows = scan.line_ends;
  // The last row of a file may lack its line end; a row that the block cuts off is left to the next block.
  bool const unended = is_last && block.back() != '\n';
  if (unended) {
    index.field_end[found++] = static_cast<std::uint32_t>(block.size());
    ++rows;
  }
  std::size_t const cut_off = found - std::min(found, rows * columns);
  if (rows == 0 || found < rows * columns || cut_off >= (is_last ? 1 : columns)) return false;
  index.row_start.resize(rows);
  index.row_start[0] = 0;
  // There are as many line feeds as rows: when each stands where a row ends, none stands elsewhere.
  for (std::size_t r = 0; r < rows; ++r) {
    std::uint32_t const row_end = index.field_end[(r + 1) * columns - 1];
    if (row_end < block.size() && block[row_end] != '\n') return false;
    if (r + 1 < rows) index.row_start[r + 1] = row_end + 1;
  }
  index.has_quotes = scan.any_quote;
  return true;
}

void begin(TextPart const& part, std::size_t from, std::size_t columns, RowIndex& index) {
  index.text = part.text;
  index.base = from;
  index.columns = columns;
  index.row_start.clear();
  index.has_quotes = true;
}

}  // namespace

std::size_t index_rows(TextPart const& part, std::size_t from, std::size_t end, std::size_t bytes, std::size_t columns,
                       RowIndex& index) {
  begin(part, from, columns, index);
  std::size_t const size = std::min(bytes, end - from);
  // One column: blank lines cannot be told from rows by counting. Long blocks: values may be too long.
  bool const simple = columns > 1 && size <= longest_field;
  if (simple && scan_block(part.text.substr(from, size), from + size == end, part.delimiter, index)) {
    std::size_t const last = index.rows() * columns - 1;
    return std::min(from + index.field_end[last] + 1, end);
  }
  return index_rows_plainly(part, from, end, bytes, columns, index);
}

std::size_t index_rows_plainly(TextPart const& part, std::size_t from, std::size_t end, std::size_t bytes,
                               std::size_t columns, RowIndex& index) {
  begin(part, from, columns, index);
  index.field_end.clear();
  Row row;
  std::size_t at = from;
  for (; at < end && at - from < bytes; at = row.next) {
    read_row(part.text, at, part.delimiter, row);
    if (!row.blank) add_row(part, at, row, index);
  }
  return at;
}

}  // namespace tidemill::io::csv
