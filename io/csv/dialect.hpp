#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/tables/read_table.hpp"

namespace tidemill::io::csv {

/// What the start of a file says about the rest.
struct Dialect {
  char delimiter = ',';
  bool blanks = false;             ///< any run of blanks separates (the text is rewritten with tabs before parsing)
  std::vector<std::string> names;  ///< one per column
  std::size_t first_row = 0;       ///< offset of the first data row
};

/// `head` is the start of the file without its byte-order mark: at least one whole row, or the whole file.
/// Throws DataError when there is no row, the header repeats a name, or the text cannot be one (binary, UTF-16).
Dialect find_dialect(std::string_view head, bool head_is_all, TextFormat const& format, std::string const& file_name);

/// Rows of blank-separated text with one tab for each run of blanks; quoted text stays as it is.
std::string with_tabs(std::string_view text);

/// Throws DataError for what is not text: UTF-16, NUL bytes, bare carriage returns as line ends.
void check_is_text(std::string_view head, std::string const& file_name);

}  // namespace tidemill::io::csv
