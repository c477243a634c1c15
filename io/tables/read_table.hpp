#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/tables/table.hpp"

namespace tidemill::io {

/// How a text file is to be read. Defaults fit most exports.
struct TextFormat {
  char delimiter = 0;  ///< 0: from the file's name and first line (comma, tab, semicolon or blanks)
  char decimal = '.';  ///< ',' for decimal commas
  bool has_header = true;
  bool guess_header = true;       ///< without a header when every cell of the first line is a number
  std::string encoding = "auto";  ///< utf-8, latin-1, or auto (latin-1 when the bytes are not UTF-8)
  std::vector<std::string> missing{"", "NA", "?", "N/A", "NaN", "nan", "null", "NULL"};
  std::vector<std::string> names;         ///< column names when there is no header; otherwise column_1, column_2, ...
  std::vector<std::string> text_columns;  ///< read as text whatever they look like; others need not exist
  std::int64_t skip_lines = 0;            ///< lines before the header (or the first row) that are no part of the table
};

/// Collective. Reads this rank's part of a table: HDF5 (a table file), or CSV/TSV, plain, gzip or zstd, by content.
/// Types are found from all values of a column: integer, real, date (YYYY-MM-DD), time (YYYY-MM-DD HH:MM[:SS]) or text;
/// the same on every rank and for any number of ranks. A column without any value is real. An integer that does not
/// fit 64 bits makes its column real; a number beyond the range of a double is malformed. Reals are correctly rounded.
/// Blanks around values and blank lines are dropped; text is UTF-8 whatever the file's encoding.
/// Plain files: each rank maps the file and parses the rows that begin in its share of the bytes. Compressed files:
/// rank 0 unpacks the whole text into memory and hands each rank its rows, so they must fit there.
/// Malformed input throws DataError naming file, line, column and what to do.
Table read_table(Comm const& comm, std::filesystem::path const& path, TextFormat const& format = {});

}  // namespace tidemill::io
