#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill::io::csv {

/// One field as it stands in the file, made ready.
struct Field {
  std::string_view value;  ///< blanks around it and quotes removed; points into the file or into `scratch`
  bool was_quoted = false;
  bool well_formed = true;  ///< false: text follows the closing quote
};

/// `raw` is what stands between two separators. Blanks around an unquoted value are trimmed, those inside quotes kept.
Field clean_field(std::string_view raw, char delimiter, std::string& scratch);

/// One row, for callers that go row by row.
struct Row {
  std::string_view raw;                  ///< without the line end
  std::vector<std::string_view> fields;  ///< raw fields, in order
  std::size_t next = 0;                  ///< where the next row begins
  bool closed = true;                    ///< false: the text ended inside quotes
  bool blank = false;                    ///< nothing but blanks
};

/// Reads the row that begins at `from` (outside quotes). Reuses `row`'s memory. This plain loop is what the fast
/// tokenizer is tested against.
void read_row(std::string_view text, std::size_t from, char delimiter, Row& row);

/// The cleaned values of one row.
std::vector<std::string> row_values(Row const& row, char delimiter);

}  // namespace tidemill::io::csv
