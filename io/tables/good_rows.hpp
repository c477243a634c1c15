#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "io/tables/read_table.hpp"

namespace tidemill::io {

/// A row that was left out of a table. All texts are UTF-8.
struct BadRow {
  std::int64_t line = 0;  ///< of a text file, on which the row begins, from 1; of an HDF5 table, row from 0
  std::string column;     ///< at fault; empty: the row as a whole
  std::string reason;
};

struct RowFault {
  std::string column, reason;
};
/// What is wrong with a row, judged by all its values; missing ones are empty.
using RowJudge = std::function<std::optional<RowFault>(std::vector<std::string> const& values)>;
/// A judge for a table with these columns. Asked twice: with no types, and with those that the columns of the rows have
/// which the first judge passed. Throws what the caller of read_good_rows shall get.
using JudgeMaker = std::function<RowJudge(std::vector<std::string> const& names, std::vector<ColumnType> const& types)>;

/// Collective. read_table without the rows that cannot be read (fields too many or too few, text behind a closing
/// quote, NUL) or that the judge refuses; they are appended to `bad`, this rank's, in their order. The table is that of
/// a file without those rows. Slower than read_table: for files that it refused.
Table read_good_rows(Comm const& comm, std::filesystem::path const& path, TextFormat const& format,
                     JudgeMaker const& judge, std::vector<BadRow>& bad);

}  // namespace tidemill::io
